"""Tests of the telephone channel."""
