"""`python -m webshop` is the `webshop` command."""

from webshop.cli import main

if __name__ == "__main__":
    main()
