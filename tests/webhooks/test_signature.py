from datetime import UTC, datetime

from ajar.webhooks.signature import signature, signed

KEY = "00112233445566778899aabbccddeeff" * 2
BODY = b'{"event":{"id":"ev_test","action":"created"},"subscription_id":"whsub_test"}'
HASH = "f260e34b4067008b88090a1cf7b097466b0c5df51147b79ad7caf447a30bf270"


def test_the_vector_of_the_description():
    assert signature(KEY, "1700000000", BODY) == HASH


def test_the_headers_of_a_request():
    webhook = {"signature_key": KEY, "older_key": None, "older_key_until": None}
    now = datetime.fromtimestamp(1700000000.9, UTC)

    assert signed(webhook, BODY, now) == {
        "close-sig-timestamp": "1700000000",
        "close-sig-hash": HASH,
    }
