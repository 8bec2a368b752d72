"""Cases that wait for people: found, held, handed over and answered; who watches the open ones."""
