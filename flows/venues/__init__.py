"""Places where people meet the dialogue: links, QR codes and posters, and what each has brought."""
