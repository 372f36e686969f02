"""The story: a sample city, its people and institutions, played over HTTP, sockets and the kit."""
