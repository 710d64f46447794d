"""The alert life cycle, pure: what happens when between a signal and a message. See docs/alerts.md."""
