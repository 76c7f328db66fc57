"""Notes get their GUIDs: the ledger, matching, stamping."""
