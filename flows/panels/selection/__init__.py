"""Sortition: panels drawn by a lottery as fair as the quotas permit, which anyone can check."""
