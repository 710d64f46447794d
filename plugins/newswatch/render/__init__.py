"""Rendering, pure: values → mail text, mail HTML and Slack blocks, from the template files in ``templates/``."""
