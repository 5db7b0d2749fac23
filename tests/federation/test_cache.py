from __future__ import annotations

from sparql_api.federation.cache import Cache


def test_entries_end_by_time_and_by_size() -> None:
    now = [0.0]
    cache: Cache[str] = Cache(most_bytes=100, clock=lambda: now[0])
    cache.put("a", "A", 40, seconds=10)
    cache.put("b", "B", 40, seconds=5)
    assert (cache.get("a"), cache.get("b"), cache.get("c"), cache.held_bytes) == ("A", "B", None, 80)
    now[0] = 5.0
    assert (cache.get("a"), cache.get("b"), cache.held_bytes) == ("A", None, 40)
    cache.put("c", "C", 40, seconds=10)
    assert cache.get("a") == "A"
    cache.put("d", "D", 40, seconds=10)  # c goes: it was used longest ago
    assert (cache.get("a"), cache.get("c"), cache.get("d"), cache.held_bytes) == ("A", None, "D", 80)
    cache.put("a", "A2", 10, seconds=10)
    assert (cache.get("a"), cache.held_bytes) == ("A2", 50)
    cache.put("e", "E", 101, seconds=10)
    assert (cache.get("e"), cache.get("a"), cache.held_bytes) == (None, "A2", 50)
