"""The packages as a page in the local network, from which a phone takes them."""
