"""Channels: each module hands one rendered message to one outside service and says whether it was accepted.

No channel imports another. Foreign errors become DeliveryError here, with what was said, without secrets, and with
whether a later try may succeed.
"""
