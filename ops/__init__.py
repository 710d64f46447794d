"""Bringing newswatch up on one machine: the embedded Elasticsearch node, Airflow's processes, and taking both down."""
