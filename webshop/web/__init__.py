"""What every page needs and what knows no subject: rights, filters, forms, errors, headers, health."""
