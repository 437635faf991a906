"""The evidence archive: made, signed, verified and judged again. Imports runlog and reports."""
