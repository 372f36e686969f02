"""Events by which one thread of a process nudges another, so that nothing waits for the next poll."""

import threading

ticker = threading.Event()
