"""Cases in (办件): data of the electronic supervision from files, a folder, another database."""
