"""Reports that are rows: findings, traceability, evidence, as CSV. Imports runlog and digest."""
