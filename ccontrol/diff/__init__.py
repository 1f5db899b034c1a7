"""What is known now (`merge`), and what differs (`compare`). Pure; judges nothing."""
