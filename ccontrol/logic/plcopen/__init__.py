"""PLCopen TC6 XML, in all its namespaces: ladder, function blocks, charts, text."""
