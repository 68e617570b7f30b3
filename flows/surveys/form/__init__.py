"""Forms that staff bring: XLSForms and plain text, read into one model, checked, and evaluated."""
