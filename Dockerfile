# One image for every Airflow process, built from the same locks as everything else.
FROM python:3.11-slim-bookworm

RUN apt-get update \
 && apt-get install -y --no-install-recommends curl tini \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 50000 newswatch \
 && install -d -o newswatch -g newswatch /var/lib/airflow /var/lib/airflow/logs /var/lib/newswatch /srv/newswatch

WORKDIR /srv/newswatch
COPY requirements-image.lock ./
RUN pip install --no-cache-dir --require-hashes --no-deps -r requirements-image.lock && pip check \
 && printf '#!/bin/sh\nexec python -m newswatch "$@"\n' >/usr/local/bin/newswatch && chmod 755 /usr/local/bin/newswatch
COPY plugins plugins
COPY dags dags
COPY ops ops
COPY config config
COPY seeds seeds

USER newswatch
ENV PYTHONPATH=/srv/newswatch/plugins PYTHONUNBUFFERED=1
ENTRYPOINT ["tini", "--"]
CMD ["airflow", "version"]
