"""What is held on somebody is theirs: consent, seeing it, pausing, erasing."""
