"""The rules, the audit they make up, permits and own locks."""
