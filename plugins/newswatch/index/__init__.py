"""Elasticsearch, the only state: one module per noun. All foreign exceptions become StoreError here."""
