"""Configuration: YAML under ``config/``, typed and checked before anything runs.

``loader`` turns a YAML file into a pydantic model and every fault into a ConfigError with file, line and key path;
the other modules hold one file each (feeds, watch-list, rules, channels, digests) and its cross-checks.
"""
