"""Tests of SERVICE: real sockets on the loopback interface, a resolver of their own in place of DNS."""
