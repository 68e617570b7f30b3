"""Results that can be trusted and published: weights, precision, disclosure control, representativeness. Pure rules."""
