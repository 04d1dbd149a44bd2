"""HTTP: every operation as ``POST /v1/<operation>``; errors as RFC 9457 problem documents."""
