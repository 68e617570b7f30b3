"""What somebody says about themselves, and how they want to be spoken with."""
