"""The digest: what changed in a week, for readers of all accounts."""
