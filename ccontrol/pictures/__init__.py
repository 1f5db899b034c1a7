"""Programs as pictures: ladder, function blocks and charts, before and after. Pure."""
