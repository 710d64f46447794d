"""Kibana: panels as Lens state, dashboards as a saved-objects file, and its import.

Written in the 8.x forms, which import into Kibana 8.19 and 9.x.
"""
