"""The order of the stages. ``poll``: feeds → items → stories; ``seed``; ``watch``: signals → alerts → deliveries."""
