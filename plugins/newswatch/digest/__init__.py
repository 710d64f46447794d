"""The digest, pure: when one is due, how stories are ranked, what it says."""
