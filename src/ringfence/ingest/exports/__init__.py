"""Histories come in: what venues export, read into what happened (`read_export`)."""

from ringfence.ingest.exports.model import Imported, Reconciled, Skipped
from ringfence.ingest.exports.read import read_export

__all__ = ["Imported", "Reconciled", "Skipped", "read_export"]
