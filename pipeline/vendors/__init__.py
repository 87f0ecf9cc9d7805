"""One adapter a file for what lies outside: each fills a port and states what it sends to whom."""
