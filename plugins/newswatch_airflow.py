"""The Airflow plugin: mounts newswatch's page into Airflow's own interface."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin


class NewswatchPlugin(AirflowPlugin):
    """Named so that Airflow shows where the page comes from."""

    name = "newswatch"
