"""The desk: a page inside Airflow that an analyst keeps open all day. It knows nothing of Airflow itself.

``setup`` says who looks and where to read, ``app`` puts the views together, ``answer`` makes responses of them. A view
is a function of (Desk, Request) that reads the store in a few requests and returns a Page; the templates are in
``templates/desk/``, script and style in ``static/desk/``.
"""
