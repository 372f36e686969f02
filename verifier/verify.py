#!/usr/bin/env python3
"""The independent judge of a lot's dossier, offline. Formats: docs/formats.md; use and stages: verifier/README.md."""

import argparse
import base64
import hashlib
import hmac
import json
import re
import struct
import sys
import tomllib
import unicodedata
import zipfile
import zlib
from contextlib import suppress
from datetime import datetime, time, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import IO, Any as Json, BinaryIO, cast

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509 import verification

SHA, sha, TABLE, CLOSING = hashes.SHA256(), hashlib.sha256, "table.json opened", "closing.json opening"
SMALL, MANY, SPARE, ZIP64, EXACT, LEAST = 1 << 25, 100_000, 1 << 28, (1 << 31) - 1, (1 << 53) - 1, 2
CHINA, DAY, BECH32 = timezone(timedelta(hours=8)), timedelta(days=1), "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
NUMBER, AMOUNT, HASH = r"-?[0-9]{1,16}(\.[0-9]{1,30})?", r"(0|[1-9][0-9]{0,15})\.[0-9]{2}", r"[0-9a-f]{64}"
ANY = r'"(?:[^"\\\x00-\x1f\x7f-\x9f]|\\["\\tnr]){0,10000}"'  # of what is escaped, only these are no control characters
TEXT = r'"(?=(?:\s|\\[tnr])*(?:[^\s"\\]|\\["\\]))' + ANY[1:]
ISSUED = rf'\{{"amount":"{AMOUNT}","issuer":"[0-9A-HJ-NPQRTUWXY]{{18}}","number":{TEXT},"sha256":"{HASH}"\}}'
FIELDS = r'\{"domain":"yangguang/opening-fields/v1","enterprise":"(large|medium|small|micro)","guarantee":(null|'
FIELDS += rf'{ISSUED}),"period_days":(null|[1-9][0-9]{{0,15}}),"price":"{AMOUNT}","price_words":{ANY},"quality":{ANY}'
FIELDS += rf',"terms":\[(\[{TEXT},{ANY}\](,\[{TEXT},{ANY}\]){{0,999}})?\]\}}'
ODD, INSTANT = r"[^\w-]", r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}\.[0-9]{3}Z"
STATES = "draft reviewed published closed opening opened evaluating evaluated candidates_public deciding "
RANK = {name: n for n, name in enumerate(f"{STATES}result_public awarded contracted performing archived".split())}
ROLES = ["procuring_entity", "centre", "third", "fourth", "fifth"]
STAGES = f"closing {CLOSING},statements {CLOSING},custody {TABLE},release {TABLE},openings {TABLE},table {TABLE},"
STAGES += "record opening.json opened,scores scores.json evaluated audit,report report.json evaluated audit,"
STAGES += "result result.json result_public,award award.json awarded,contract contract.json contracted"
NEEDS = {name: rest for name, *rest in map(str.split, STAGES.split(","))}
PERIODS = "candidate_publication_minimum candidates_public result_public,contract_maximum awarded contracted,"
PERIODS += "candidate_publication_start_maximum evaluated candidates_public,report_delivery_maximum evaluated deciding"
DEFAULTS: Json = {"basis": "reviewed", "drop_high": 1, "drop_low": 1, "table_full": "100", "factors": []}
DEFAULTS |= {"member_places": 2, "benchmark_places": 2, "deviation_places": 2, "score_places": 2, "evaluated_places": 2}
DEFAULTS |= {"mean_places": None, "control_price": None}  # all others: 0
AbsentError: Json = type("AbsentError", (Exception,), {})  # a claim rightly not made; the argument is its status


def need(holds: object, why: str) -> None:  # refuse what does not hold, with the reason
    if not holds:
        raise AssertionError(why)


def same(found: Json, wanted: Json, what: str) -> None:  # refuse a value that does not follow from the rest
    for key in wanted if isinstance(found, dict) and isinstance(wanted, dict) else ():
        same(found.get(key, []), wanted[key], f"{what}, {key}")
    need(canonical(found) == canonical(wanted), f"{what}: {found!r:.150} stands where {wanted!r:.150} follows")


def canonical(value: Json) -> bytes:  # RFC 8785, for values without floats and keys within the basic plane
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()


def parse(data: bytes) -> Json:  # JSON whose bytes are what rendering it anew gives, in Unicode NFC, without floats
    cut, text = (lambda digits: max(-EXACT, min(int(digits[:18]), EXACT))), data.decode("utf-8")  # 2^53 is no more
    normal = unicodedata.is_normalized("NFC", re.sub(r"\\(u.{4}|.)", '"', text))  # an escape joins no mark after it
    value = json.loads(data, parse_int=cut, parse_float=int)
    need(canonical(value) == data and normal, "not in the canonical form, RFC 8785")
    return value


def digest(value: Json) -> str:  # SHA-256 over bytes, or over a JSON value's canonical bytes
    return sha(value if isinstance(value, bytes) else canonical(value)).hexdigest()


def salted(domain: str, salt: str, value: Json) -> str:  # SHA-256 over a domain line, a salt, and a JSON value
    return digest(f"yangguang/{domain}/v1\n".encode() + bytes.fromhex(read(HASH, salt)) + canonical(value))


def read(form: str, text: str) -> str:  # a text that has a form
    need(re.fullmatch(form, text), f"{text!r:.80} has not the form {form}")
    return text


def instant(text: str) -> datetime:
    return datetime.fromisoformat(read(INSTANT, text))


def unb64(text: str) -> bytes:  # standard base64 in its one form
    need(base64.b64encode(data := base64.b64decode(text)).decode() == text, f"{text!r:.80} is not base64 in one form")
    return data


def written(value: Fraction, places: int) -> str:  # so many decimals, half rounded away from zero
    need(0 <= places <= 30, "places beyond reason")
    digits = f"{int(abs(value) * 10**places + Fraction(1, 2)):0{places + 1}d}"
    sign = "-" if value < 0 and digits.strip("0") else ""
    return f"{sign}{digits[: len(digits) - places]}{'.' * bool(places)}{digits[len(digits) - places :]}"


def rounded(value: Fraction, places: int | None) -> Fraction:  # exact where no places are given
    return value if places is None else Fraction(written(value, places))


def plain(value: Json) -> Json:  # numbers in text by their value, so that 0.20 is 0.2
    if isinstance(value, dict | list):
        return {k: plain(one) for k, one in value.items()} if isinstance(value, dict) else [*map(plain, value)]
    return Fraction(value) if isinstance(value, str) and re.fullmatch(NUMBER, value) else value


def zip_form(entries: Json, *, part: bool = False) -> tuple[list[bytes], bytes]:  # headers, and what follows the last
    heads, directory, offset = list[bytes](), list[bytes](), 0
    for name, crc, length in entries:
        raw = name.encode()
        flag, made, mode = (0x800, 20, 0) if part else (0x800 * (not name.isascii()), 0x314, 0o600 << 16)
        big, far = [length] * 2 * (length > ZIP64), [offset] * (offset > ZIP64)
        here, both = (struct.pack(f"<HH{len(x)}Q", 1, 8 * len(x), *x) if x else b"" for x in (big, big + far))
        size, place = 0xFFFFFFFF if big else length, 0xFFFFFFFF if far else offset
        common = (flag, 0, 0, 0x21, crc, size, size, len(raw))
        heads.append(struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 45 if big else 20, *common, len(here)) + raw + here)
        more = (made + 25 * bool(both), 45 if both else 20, *common, len(both), 0, 0, 0, mode, place)
        directory.append(struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", *more) + raw + both)
        offset += len(heads[-1]) + length
    count, size = len(heads), len(tail := b"".join(directory))
    if count >= 0xFFFF or max(size, offset) > ZIP64:
        tail += struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
        tail += struct.pack("<4sIQI", b"PK\6\7", 0, offset + size, 1)
    count, size, offset = min(count, 0xFFFF), min(size, 0xFFFFFFFF), min(offset, 0xFFFFFFFF)
    return heads, tail + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, size, offset, 0)


def included(found: bytes, index: int, size: int, path: list[bytes]) -> bytes:  # the root by an audit path, RFC 6962
    need(0 <= index < size and bool(path) == (size > 1), "an audit path does not fit its tree")
    if size == 1:
        return found
    left = 1 << ((size - 1).bit_length() - 1)
    if index < left:
        return sha(b"\1" + included(found, index, left, path[:-1]) + path[-1]).digest()
    return sha(b"\1" + path[-1] + included(found, index - left, size - left, path[:-1])).digest()


def grown(old: int, size: int, path: list[bytes], root: bytes | None) -> tuple[bytes, bytes]:  # both roots by a proof
    need(0 < old <= size and (old < size or len(path) == (root is None)), "a consistency proof does not fit its sizes")
    if old == size:
        return (root or path[0],) * 2
    left = 1 << ((size - 1).bit_length() - 1)
    if old <= left:
        first, second = grown(old, left, path[:-1], root)
        return first, sha(b"\1" + second + path[-1]).digest()
    first, second = grown(old - left, size - left, path[:-1], None)
    return sha(b"\1" + path[-1] + first).digest(), sha(b"\1" + path[-1] + second).digest()


class Note:  # a checkpoint as a C2SP signed note: its body, size, root, and signature lines
    def __init__(self, text: bytes) -> None:
        form = "\\A([^\n]+\n([1-9][0-9]{0,15})\n([^\n]{44})\n)\n((?:— [^ \n]+ [^ \n]+\n)+)\\Z"
        [(self.body, size, root, tail)] = re.findall(form, text.decode("utf-8"))
        self.size, self.root = int(size), unb64(root)
        self.lines = [(name, unb64(raw)) for _, name, raw in [line.split(" ") for line in tail.split("\n")[:-1]]]

    def holds(self, mark: str, proof: Json) -> bool:  # whether an entry, by its batch and its tick, is in this log
        batch, path = ([bytes.fromhex(read(HASH, step)) for step in proof[name]] for name in ("batch", "path"))
        tick = included(sha(b"\0" + bytes.fromhex(mark)).digest(), proof["position"], 1024, batch)
        root = included(sha(b"\0" + tick).digest(), proof["tick"], proof["size"], path)
        return (proof["size"], root) == (self.size, self.root)

    def seen(self, vkey: str) -> int | None:  # when a key's owner signed: a witness's seconds, 0 of the log, or None
        name, mark, raw = *vkey.split("+", 2)[:2], unb64(vkey.split("+", 2)[2])
        need(len(raw) == 33 and sha(f"{name}\n".encode() + raw).digest()[:4].hex() == mark, f"{vkey!r:.80} is no key")
        public, witness = ed25519.Ed25519PublicKey.from_public_bytes(raw[1:]), raw[0] == 4
        own = witness or (raw[0] == 1 and self.body.startswith(f"{name}\n"))
        for line in [line for owner, line in self.lines if own and (owner, line[:4].hex()) == (name, mark)]:
            at = int.from_bytes(line[4:12], "big") if witness else 0
            message = f"cosignature/v1\ntime {at}\n{self.body}" if witness else self.body
            public.verify(line[12 if witness else 4 :], message.encode())  # a known key's bad signature spoils the note
            return at
        return None


class Trust:  # roots, platform certificates, log, witnesses: of a folder obtained earlier, or as a dossier declares
    def __init__(self, roots: bytes, policy: bytes, platform: bytes = b"") -> None:
        self.roots = x509.load_pem_x509_certificates(roots)
        self.platform = {read(HASH, mark) for mark in platform.decode("ascii").split()}
        rows = [row for line in policy.decode("utf-8").split("\n") if (row := line.partition("#")[0].split())]
        self.witnesses = {row[1]: row[2] for row in rows if row[0] == "witness"}
        self.groups = {row[1]: (row[2], {*row[3:]}) for row in rows if row[0] == "group"}
        need({row[0] for row in rows} <= {"log", "witness", "group", "quorum"}, "the policy has an unknown line")
        (self.log,), (self.quorum,) = ([row[1] for row in rows if row[0] == word] for word in ("log", "quorum"))

    def times(self, note: Note) -> dict[str, int]:  # witness -> seconds of the good cosignatures
        return {name: at for name, key in self.witnesses.items() if (at := note.seen(key))}

    def met(self, present: Json, group: str) -> bool:  # whether these witnesses make a group's number
        count, members = self.groups.get(group, ("1", [group]))
        here = [self.met(present, one) if one in self.groups else one in present for one in members]
        return group == "none" or sum(here) >= max({"all": len(members), "any": 1}.get(count) or int(count), 1)

    def signer(self, data: bytes, der: bytes, at: datetime, codes: Json = ()) -> list[str]:  # code and seat
        info = cms.ContentInfo.load(der, strict=True)
        body, (who,) = info["content"], info["content"]["signer_infos"]
        bare = [body["encap_content_info"]["content"], body["crls"], who["signed_attrs"], who["unsigned_attrs"]]
        used = [each["algorithm"].native for each in [who["digest_algorithm"], *body["digest_algorithms"]]]
        used += [info["content_type"].native, body["encap_content_info"]["content_type"].native]
        good = used == ["sha256", "sha256", "signed_data", "data"] and all(part.native is None for part in bare)
        held, sid = [each.chosen for each in body["certificates"]], who["sid"].chosen.native
        found = [x509.load_der_x509_certificate(each.dump()) for each in held]
        ids = [(one.key_identifier, {"issuer": one.issuer.native, "serial_number": one.serial_number}) for one in held]
        mine = [own for names, own in zip(ids, found, strict=True) if sid in names]
        need(good and len(mine) == 1, "not detached, with attributes, not SHA-256, or not by exactly one certificate")
        basic, usage, either = x509.BasicConstraints, x509.KeyUsage, verification.Criticality.AGNOSTIC
        free, why = verification.ExtensionPolicy.permit_all, "a certificate does what it may not do"
        issues = free().require_present(basic, either, lambda _p, _c, found: need(found.ca, why))
        issues = issues.require_present(usage, either, lambda _p, _c, found: need(found.key_cert_sign, why))
        signs = free().require_present(usage, either, lambda _p, _c, found: need(found.digital_signature, why))
        signs = signs.may_be_present(basic, either, lambda _p, _c, found: need(not (found and found.ca), why))
        chain = verification.PolicyBuilder().store(verification.Store(self.roots)).time(at)
        chain = chain.extension_policies(ca_policy=issues, ee_policy=signs)
        chain.build_client_verifier().verify(mine[0], [each for each in found if each != mine[0]])
        kind, key = who["signature_algorithm"]["algorithm"].native, cast("Json", mine[0].public_key())
        strong = isinstance(key, rsa.RSAPublicKey) and key.key_size > 2047 and kind in {"rsassa_pkcs1v15", "sha256_rsa"}
        curve = isinstance(key, ec.EllipticCurvePublicKey) and (key.curve.name, kind) == ("secp256r1", "sha256_ecdsa")
        need(strong or curve, "neither RSA of 2048 bits nor ECDSA on P-256, with SHA-256")
        key.verify(who["signature"].native, data, *([padding.PKCS1v15(), SHA] if strong else [ec.ECDSA(SHA)]))
        subject, mark = {each.oid.dotted_string: each.value for each in mine[0].subject}, mine[0].fingerprint(SHA).hex()
        self.platform |= {mark} if codes == () and not self.platform else set()
        code, single = str(subject["2.5.4.97"]), len(subject) == len([*mine[0].subject])
        good = codes is None or (code in codes if codes else codes == () and mark in self.platform)
        need(good and single, f"signed by {code}, where {' or '.join(codes or ['the platform'])} must sign")
        return [code, str(subject.get("2.5.4.5", ""))]


def bech32(prefix: str, data: bytes) -> str:  # of 32 bytes
    bits, check = int.from_bytes(data, "big") << 4, 1
    values = [bits >> 5 * place & 31 for place in range(51, -1, -1)]
    for value in [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix), *values, *[0] * 6]:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, part in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= part * (top >> bit & 1)
    values += [(check ^ 1) >> 5 * place & 31 for place in range(5, -1, -1)]
    return f"{prefix}1{''.join(BECH32[value] for value in values)}"


def decrypted(container: IO[bytes], line: bytes, recipient: str) -> Json:  # an age file by a stated key
    bits = "".join(f"{BECH32.index(char):05b}" for char in line[16:68].decode("ascii").lower())
    secret = int(bits[:256], 2).to_bytes(32, "big")
    private = x25519.X25519PrivateKey.from_private_bytes(secret)
    public, head = private.public_key().public_bytes_raw(), container.read(168)
    need(f"{bech32('age-secret-key-', secret).upper()}\n".encode() == line, "its key is not one line with an age key")
    need(bech32("age", public) == recipient, "its key is not the one whose recipient was stated")
    found = re.fullmatch(rb"age-encryption\.org/v1\n-> X25519 (.{43})\n(.{43})\n--- (.{43})\n", head)
    share, wrapped, mac = (unb64(f"{part.decode()}=") for part in (found.groups() if found else ()))
    shared = private.exchange(x25519.X25519PublicKey.from_public_bytes(share))
    wrapping = HKDF(SHA, 32, share + public, b"age-encryption.org/v1/X25519").derive(shared)
    file_key = ChaCha20Poly1305(wrapping).decrypt(bytes(12), wrapped, None)
    need(hmac.digest(HKDF(SHA, 32, b"", b"header").derive(file_key), head[:-45], "sha256") == mac, "a false age header")
    cipher = ChaCha20Poly1305(HKDF(SHA, 32, container.read(16), b"payload").derive(file_key))
    count, sealed = 0, container.read(65552)
    while sealed or not count:
        need(len(sealed) > 16 or not count, "the age file has an empty end")
        ahead = container.read(65552)
        yield cipher.decrypt(count.to_bytes(11, "big") + bytes([not ahead]), sealed, None)
        count, sealed = count + 1, ahead


def unpacked(data: bytes, statement: Json, part: Json) -> dict[str, bytes]:  # a part's files, its zip rendered anew
    length, found, start = struct.unpack("<I", data[18:22])[0], dict[str, bytes](), 0
    manifest = parse(data[43 : 43 + length])
    bare = {name: value for name, value in manifest.items() if name != "salt"}
    context = {name: statement[name] for name in ("tender", "lot", "bid", "bidder", "nonce")}
    same(bare, context | {"domain": "yangguang/part/v1", "part": part["name"], "files": bare["files"]}, "the manifest")
    same(salted("inner", manifest["salt"], bare), part["inner"], "the inner hash")
    used = 208 + length + sum(76 + 2 * len(one["name"].encode()) + one["length"] for one in bare["files"])
    least, step = (1 << 16, 1 << 16) if part["name"] == "opening" else (1 << 20, 1 << used.bit_length() - 4)
    pad = {"name": ".pad", "length": max(least, -(-used // step) * step) - used}
    for one in [{"name": "manifest.json", "length": length}, *bare["files"], pad]:
        start += 30 + len(one["name"].encode()) + one["length"]
        found[one["name"]] = data[start - one["length"] : start]
    heads, tail = zip_form([(name, zlib.crc32(content), len(content)) for name, content in found.items()], part=True)
    rendered = b"".join(head + content for head, content in zip(heads, found.values(), strict=True))
    need(rendered + tail == data and not found[".pad"].strip(b"\0"), "its zip is not in the one form")
    stated = [one["name"] for one in bare["files"] if digest(found[one["name"]]) == one["sha256"]]
    need(stated == sorted({*found} - {"manifest.json", ".pad"}, key=str.encode), "its files are not the stated ones")
    return found


def etdraw(record: Json) -> Json:  # what ETDRAW/1 makes of ids, draw id, stratum, contributions and beacon
    lp, ids = cast("Json", lambda data: len(data).to_bytes(4, "big") + data), sorted(record["ids"], key=str.encode)
    name = lp(record["draw_id"].encode())
    need(len({*ids}) == len(ids) and not any("\n" in one for one in ids), "an id stands twice, or in two lines")
    values = sorted((who.encode(), bytes.fromhex(read(HASH, text))) for who, text in record["contributions"].items())
    pool, body = digest("".join(f"{one}\n" for one in ids).encode()), b"etender-draw/v1\n" + name
    commits = {who.decode(): digest(b"etender-commit/v1\n" + name + lp(who) + lp(value)) for who, value in values}
    body += lp(bytes.fromhex(pool)) + len(values).to_bytes(4, "big") + b"".join(lp(x) for pair in values for x in pair)
    seed = sha(body + lp(bytes.fromhex(record["beacon"]))).digest()
    keys = {one: hmac.digest(seed, lp(record["stratum"].encode()) + lp(one.encode()), "sha256").hex() for one in ids}
    order = sorted(ids, key=lambda one: (keys[one], one.encode()))
    return {"pool_hash": pool, "commits": commits, "seed": seed.hex(), "order": order, "first_key": keys[order[0]]}


def scored(formula: str, p: Json, full: Fraction, bids: Json) -> Json:  # basis, benchmark, bid -> the three figures
    left, found = [bid for bid in sorted(bids) if not bids[bid]["fallen"]], dict[str, list[Json]]()
    net = {bid: one["price"] - p.get("provisional_sum", 0) for bid, one in bids.items()}
    if formula.startswith("lowest_") or formula == "evaluated_price":
        for bid in left:
            net[bid] *= 1 - p.get({"whole": "sme_deduction", "share": "sme_deduction_share"}.get(bids[bid]["sme"]), 0)
            for one in p.get("factors", ()):
                off = bids[bid]["terms"][one["term"]] - one["standard"]
                added = abs(off) / one["per"] * one["above" if off > 0 else "below"]
                net[bid] += added if one["unit"] == "yuan" else added / 100 * bids[bid]["price"]
            net[bid] = rounded(net[bid], p["evaluated_places"])
        low = (formula == "lowest_price" and min(net[bid] for bid in left)) or None
        for bid in left:
            found[bid] = [written(net[bid], 2), None, low and written(low / net[bid] * full, p["score_places"])]
        return left, written(low, p["evaluated_places"]) if low else None, found
    out = {"opened": [], "reviewed": ["preliminary"], "remaining": ["preliminary", "detailed"]}[p["basis"]]
    basis = sorted((bid for bid in bids if bids[bid]["fallen"] not in out), key=lambda bid: (net[bid], bid))
    cut = p["drop_above"] is not None and len(basis) > p["drop_above"]
    kept = basis[p["drop_low"] : len(basis) - p["drop_high"]] if cut else basis
    mean, weight = rounded(sum(net[bid] for bid in kept) / Fraction(len(kept)), p["mean_places"]), p["control_weight"]
    blend = (p["control_price"] or 0) * weight + mean * (1 - weight)
    base, places = rounded(blend * (1 - p["K"]), p["benchmark_places"]), p["score_places"]
    for bid in left:
        off = rounded((net[bid] - base) / base * 100, p["deviation_places"])
        if formula == "interval_table":
            row = next(row for row in p["intervals"] if row["upto"] is None or off <= row["upto"])
            marks = row["score"] + row["step"] * abs(off - row["anchor"])
            points = min(max(marks, 0), p["table_full"]) * full / p["table_full"]
        else:
            points = full - off * p["E1"] if off > 0 else full + off * p["E2"]
        rate = p.get({"whole": "sme_uplift", "share": "sme_uplift_share"}.get(bids[bid]["sme"]), 0)
        score = rounded(rounded(max(points, p["floor"]), places) * (1 + rate), places)
        score = min(score, full) if p["sme_uplift_capped"] else score
        shown = 6 if p["deviation_places"] is None else p["deviation_places"]
        found[bid] = [written(net[bid], 2), written(off, shown), written(score, places)]
    return sorted(basis), written(base, p["benchmark_places"]), found


class Dossier:  # one dossier and its claims, each a method check_…; the zip is read by streaming, never unpacked
    def __init__(self, file: BinaryIO, trust: Trust | None) -> None:
        self.file, self.zip, self.trust, self.place = file, zipfile.ZipFile(file), cast(Json, trust), ""
        self.infos, inside = self.zip.infolist(), [name for name in self.zip.namelist() if "/data/" in name]
        need(inside, "the zip has no data/: it is no dossier")
        self.folder = min(inside, key=lambda name: not name.endswith("/data/edition.json")).partition("/")[0]
        self.infos *= sum(one.file_size for one in self.infos) <= file.seek(0, 2) + SPARE and len(self.infos) <= MANY
        nothing: Json = ({}, {}, {}, {}, {}, [], [], set())
        self.members, self.hashes, self.files, self.seats, self.heads, self.faults, self.notes, self.used = nothing
        self.given = {kind: set[tuple[str, str]]() for kind in ("ready", "release", "consent", "lodging")}
        for info in self.infos:
            folder, _, name = info.filename.partition("/")
            odd = {"", ".", ".."} & {*name.split("/")} or not name.isprintable() or "\\" in name
            try:
                need(folder == self.folder and not odd and name not in self.members, "an extra file")
                self.members[name] = info
                self.hashes[name] = self.hashed(name)
            except Exception as error:  # noqa: BLE001 - whatever hostile input raises is named, the other files go on
                self.faults.append(f"{info.filename!r:.150}: {error}")
        self.sizes = {name[5:]: self.members[name].file_size for name in self.hashes if name.startswith("data/")}

    def hashed(self, name: str, begun: bytes = b"") -> str:  # SHA-256 of what goes before and a file
        with self.zip.open(self.members[name]) as content:
            return hashlib.file_digest(cast("Json", content), lambda: sha(begun)).hexdigest()

    def small(self, name: str) -> bytes:
        need(name in self.hashes and self.members[name].file_size <= SMALL, f"{name} is missing or too long")
        return self.zip.read(self.members[name])

    def sha(self, name: str) -> str:  # a file's hash, for JSON that of its value; notes that something led to it
        self.place = name
        need(name in self.sizes, f"{name} is missing")
        self.used.add(name)
        return str(self.hashes[f"data/{name}"])

    def raw(self, name: str) -> bytes:
        return self.small(f"data/{name}") if self.sha(name) else b""

    def json(self, name: str) -> Json:
        return self.files[name] if self.sha(name) else None

    def names(self, form: str) -> list[str]:  # files whose names have a form, by the first number in them
        found = [name for name in self.sizes if re.fullmatch(form, name)]
        return sorted(found, key=lambda name: ([int(n) for n in re.findall("[0-9]+", name)[:1]], name))

    def marks(self) -> dict[tuple[str, int], str]:  # chain and number -> hash of all entries
        return {(row["chain"], row["seq"]): one["hash"] for one in self.entries for row in [one.get("entry", one)]}

    def act(self, mark: str) -> Json:  # the act that brought a document into the log: as its payload, or by naming it
        need(mark in self.acts, f"{self.place}: no act of the log shows it")
        return self.acts[mark]

    def signed(self, name: str, at: datetime, codes: Json = (), signature: str = "") -> Json:
        return self.trust.signer(self.raw(name), self.raw(signature or f"{name[:-5]}.p7s"), at, codes)

    def document(self, name: str, kind: str, /, *by: Json, **facts: Json) -> tuple[Json, datetime]:  # at its act
        value, at = self.json(name), instant(self.act(self.sha(name))["entry"]["at"])
        facts |= {"domain": f"yangguang/{kind}/v1"} | {k: getattr(self, k) for k in ("tender", "lot") if k in value}
        same(value, value | facts, name)
        self.seat = [self.signed(name, at, codes) for codes in by]
        return value, at

    def wants(self, name: str, since: str, audit: str = "") -> None:  # leave a claim that is rightly not there
        if name not in self.sizes:
            late = RANK[self.base] >= RANK[since] or (since, self.state, self.base) == ("opening", "failed", "closed")
            need(not late or (audit and not self.audit), f"{name} is missing, though the lot is {self.state}")
            raise AbsentError("not_public" if late else "not_reached")

    def judge(self) -> Json:  # every claim, and the first causes of what is broken
        stages, broken = dict[str, Json](), list[Json]()
        for name in [name[6:] for name in vars(type(self)) if name.startswith("check_")]:
            status, causes, self.place = "ok", list[str](), ""
            try:
                if any(one["stage"] == "canonical" or name == "files" for one in broken):
                    raise AbsentError("not_reached")  # noqa: TRY301 - the status of this stage
                self.wants(*NEEDS[name]) if name in NEEDS else None
                getattr(self, f"check_{name}")()
            except AbsentError as absent:
                status = str(absent)
            except Exception as error:  # noqa: BLE001 - a judge answers every input; what fails is reported as broken
                status, kind = "broken", "" if isinstance(error, AssertionError) else f"{type(error).__name__} "
                where = "" if self.place in str(error) else f"{self.place}: "
                causes = [f"{where}{kind}{why}" for why in error.args or ["does not hold"]]
            stages[name] = {"status": status} | ({"why": causes[0]} if causes else {})
            broken += [{"stage": name, "why": why} for why in causes]
        known = {key: getattr(self, key, None) for key in ("lot", "edition", "state", "notes")}
        return known | {"stages": stages, "broken": broken}

    def compare(self, new: Json) -> Json:  # whether the later dossier contains the log of the earlier one
        if broken := [*self.judge()["broken"], *new.judge()["broken"]]:
            return {"result": "broken", "broken": broken}
        lost = [f"{chain}, entry {n}" for (chain, n), _ in sorted({*self.marks().items()} - {*new.marks().items()})]
        good = self.lot == new.lot and self.note.size <= new.note.size and not lost
        return {"result": "extends" if good else "broken", "lost": lost, "states": [self.state, new.state]}

    def check_bag(self) -> None:  # every file is there, unchanged, and nothing else: the zip, tag files, both manifests
        data = [f"data/{name}" for name in sorted(self.sizes, key=str.encode)]
        need(self.infos, "the zip has too many or too large entries")
        date = re.findall(rb'"exported_at":"([0-9-]{10})T', self.small("data/edition.json")) or [b"?"]
        info = f"Bagging-Date: {date[0].decode()}\nExternal-Identifier: {self.folder}\n"
        tags = {"bag-info.txt": f"{info}Payload-Oxum: {sum(self.sizes.values())}.{len(data)}\n"}
        tags["bagit.txt"] = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
        tags["manifest-sha256.txt"] = "".join(f"{self.hashes[name]}  {name}\n" for name in data)
        tags["tagmanifest-sha256.txt"] = "".join(f"{self.hashes.get(name)}  {name}\n" for name in tags)
        faults, offset = [*self.faults, *(f"{one}: an extra file" for one in {*self.members} - {*tags, *data})], 0
        for name, wanted in tags.items():
            found = self.small(name).decode("utf-8", "replace") if name in self.hashes else ""
            faults += [f"{name}: missing, or not as the bag demands"] if found != wanted else []
            odd = {*found.split("\n")} ^ {*wanted.split("\n")} if "manifest" in name else ()
            faults += [f"{path}: changed, missing or extra, by {name}" for path in sorted({line[66:] for line in odd})]
        heads, tail = zip_form((one.filename, one.CRC, one.file_size) for one in self.infos)
        names, ends = [one.filename for one in self.infos], [*(one.file_size for one in self.infos), 0]
        for name, head, size in zip([*names, ""], [*heads, tail], ends, strict=True):
            self.file.seek(offset)
            good = self.file.read(len(head) + (not name)) == head
            faults += [] if good else [f"{name or 'the end'}: the zip is not in its one form there"]
            offset += len(head) + size
        if faults or names != sorted({*names}, key=str.encode):
            raise AssertionError(*faults or ["the zip's entries are not sorted, each once"])

    def check_canonical(self) -> None:  # JSON files have their canonical bytes; what other claims lean on is readable
        for name in self.names(r".*\.json"):
            self.place, self.files[name] = name, parse(self.small(f"data/{name}"))
        edition, self.notice, self.years = map(self.json, ("edition.json", "notice.json", "calendar.json"))
        self.lot, self.edition, self.tender = edition["lot"], edition["edition"], self.notice["tender"]
        self.addenda = [self.json(name) for name in self.names(r"addenda/.*")]
        self.deadlines = [one["deadline"] for one in [self.notice, *self.addenda] if one["deadline"]]
        self.audit, self.due = self.edition == "audit", self.deadlines[-1]
        self.centre, self.buyer = {self.notice["centre"]["credit_code"]}, self.notice["procuring_entity"]
        self.ours = {one["credit_code"] for one in (self.buyer, self.notice["agency"]) if one}
        self.keepers = {one["role"]: {one["credit_code"]} for one in self.notice["custodians"]}
        self.law, self.entries = tomllib.loads(self.raw("edition.toml").decode()), self.json("log/entries.json")
        rows = sorted(self.law["rule"], key=lambda row: "overrides" in row)
        self.rules = {key: row for row in rows for key in row["keys"]}
        self.shown = [one for one in self.entries if "entry" in one]
        self.acts = {str(value): one for one in self.shown[::-1] for value in one["payload"].values()}  # by naming it
        self.acts |= {one["entry"]["payload_sha256"]: one for one in self.shown[::-1]}
        self.public = [one for one in self.shown if one["entry"]["chain"] == f"lot:{self.lot}"]
        self.steps = [one["payload"] for one in self.public if one["entry"]["tag"] == "tender:lot:status"]
        self.state = self.steps[-1]["to"]
        self.base = self.steps[-1]["to" if self.state in RANK else "from"]
        self.closing = self.files.get("closing.json") or {"closing": {"valid": 0}, "lines": []}
        self.closed, self.count = digest(self.closing["closing"]), self.closing["closing"]["valid"]
        self.lines = {one["line"]["bid"]: one["line"] for one in self.closing["lines"] if one}
        self.rows = {row["bid"]: row for row in self.files.get("table.json", {"bids": []})["bids"]}
        self.opened = {bid: row for bid, row in self.rows.items() if row["outcome"] == "opened"}
        texts = [self.raw(name) for name in self.names(r"log/checkpoints/[0-9]+(-[0-9]+)?\.txt")]
        self.note, self.cited = Note(self.raw("log/checkpoint.txt")), {digest(text): Note(text) for text in texts}
        self.trust = (Trust(self.raw("certificates/roots.pem"), self.raw("policy.txt")), self.trust)[bool(self.trust)]

    def check_edition(self) -> None:  # the frozen rules are those that the notice names
        named = {"id": self.law["id"], "sha256": self.sha("edition.toml")}
        same(self.notice, self.notice | {"regime": self.law["regime"], "edition": named}, "edition.toml")

    def check_notice(self) -> None:  # independent institutions signed their keys; addenda are a chain, T moves later
        notice, at = self.document("notice.json", "notice", suite="age1")
        kept, deadline, before = notice["custodians"], instant(notice["deadline"]), None
        codes, count = [one["credit_code"] for one in kept], len(kept)
        custody = [[one["role"] for one in kept], notice["threshold"], count in {3, 5}]
        same(custody, [ROLES[:count], count // 2 + 1, True], "notice.json, custodians")
        need(at == instant(notice["published_at"]) < deadline, "notice.json: its instants contradict the log")
        apart = codes[0] in self.ours and {codes[1]} == self.centre - self.ours
        apart = apart and len({*codes}) == len({one["recipient"] for one in kept}) == count
        need(apart and not {*codes[2:]} & (self.ours | self.centre), "the custodians are not independent")
        for one in kept:
            key = {"domain": "yangguang/custodian-key/v1", "lot": self.lot, "custodian": one["role"]}
            content = canonical(key | {"recipient": one["recipient"]})
            self.trust.signer(content, unb64(one["signature"]), at, {one["credit_code"]})
        for n, name in enumerate(self.names(r"addenda/.*"), 1):
            facts = {"notice": self.sha("notice.json"), "number": n, "previous": before}
            earlier, (one, at) = at, self.document(name, "addendum", **facts)
            moved = instant(one["deadline"]) if one["deadline"] else deadline
            good = earlier <= at == instant(one["published_at"]) < deadline <= moved
            need(good, f"{name} is late, out of order, contradicts the log, or moves T earlier")
            before, deadline = self.sha(name), moved

    def check_log(self) -> None:  # acts stand under the witnessed checkpoint, chains are linked, cited logs grew to it
        trust, note, heads = self.trust, self.note, self.heads
        good = note.seen(trust.log) is not None and trust.met(trust.times(note), trust.quorum)
        need(good, "log/checkpoint.txt: not signed by the log, or by too few witnesses")
        for one in self.entries:
            entry = one.get("entry", one)
            chain, (count, head) = entry["chain"], heads.get(entry["chain"], (0, "0" * 64))
            where = f"log/entries.json, {chain}, entry {count} ({entry.get('tag')})"
            need(entry["seq"] == count and f"{chain}/".startswith(f"lot:{self.lot}/"), f"{where}: not in its place")
            heads[chain] = (count + 1, one["hash"])
            if one is entry:
                same([sorted(one), self.audit], [["chain", "hash", "seq"], False], where)
                continue
            same(entry, entry | {"prev": head, "lot": self.lot, "payload_sha256": digest(one["payload"])}, where)
            good = note.holds(one["hash"], one["proof"]) and one["hash"] == salted("leaf", one["salt"], entry)
            need(good, f"{where}: not under the checkpoint")
        alone = "closing.json" in self.sizes or len(heads) == 1
        need([*heads] == sorted(heads) and alone, "log/entries.json: chains out of order, or private before T")
        for row, cited in zip(self.json("log/consistency.json"), self.cited.values(), strict=True):
            roots = grown(row["from"], row["to"], [bytes.fromhex(read(HASH, one)) for one in row["path"]], cited.root)
            good = (row["from"], row["to"], *roots) == (cited.size, note.size, cited.root, note.root)
            need(good and cited.seen(trust.log) is not None, "log/consistency.json: a cited log is another one")

    def check_state(self) -> None:  # from state to state without a gap, closed at T, opened only with enough bids, C-01
        facts = {"domain": "yangguang/dossier/v1", "edition": "audit" if self.audit else "public", "state": self.state}
        same(self.json("edition.json"), self.json("edition.json") | facts, "edition.json")
        need(self.folder == self.notice["code"], "the bag's folder is not named by the lot's code")
        for before, step in zip([{"to": "reviewed"}, *self.steps], self.steps, strict=False):
            onward = RANK.get(step["to"], 99) > RANK[step["from"]] or step["lever"] == "re_evaluate"
            good = onward and step["lot"] == self.lot and step["from"] == before["to"]
            need(good, f"the lot's steps in the log: {before['to']} is followed by {step['from']} > {step['to']}")
            need(step["to"] != "closed" or step["at"] == self.due, f"the lot closed at {step['at']}, not at T")
        least, short = self.rules["bidders_minimum"]["value"], (self.state, self.base) == ("failed", "closed")
        fits = self.count < least if short else self.count >= least or RANK[self.base] < RANK["opening"]
        need(fits, f"the lot is {self.state} with {self.count} valid bids, where {least} are needed (C-01)")

    def check_closing(self) -> None:  # it is of T; shown lines, counts and chains are those of the records and the log
        rows, closing, act = self.json("closing.json")["lines"], self.closing["closing"], self.act(self.closed)["entry"]
        self.trust.signer(canonical(closing), unb64(self.closing["signature"]), instant(act["at"]))
        heads = [{"chain": name, "length": count, "head": head} for name, (count, head) in self.heads.items()]
        own = {"chain": act["chain"], "length": act["seq"], "head": act["prev"]}
        facts = {"domain": "yangguang/closing/v1", "tender": self.tender, "lot": self.lot, "deadline": self.due}
        facts |= {"notice": self.sha("notice.json"), "addenda": [digest(one) for one in self.addenda]}
        facts |= {"chains": [own if one["chain"] == own["chain"] else one for one in heads]}
        same(closing, facts | {k: closing[k] for k in ("counted_at", "lines", "valid")}, "closing.json")
        need(self.due <= closing["counted_at"] <= act["at"], "closing.json: counted before T")
        need(closing["lines"] == sorted({*closing["lines"]}), "closing.json: its lines are not sorted, each once")
        marks = [one and salted("closing-line", one["salt"], one["line"]) for one in rows]
        same([one and mark for one, mark in zip(rows, closing["lines"], strict=True)], marks, "closing.json, lines")
        records = [one["payload"] for one in self.shown if one["payload"].get("outcome") == "accepted"]
        later = {one["supersedes"]: one["statement"] for one in records if "statement" in one}
        left = {one["bid"]: one["withdrawal"] for one in records if "withdrawal" in one}
        for bid, line in self.lines.items():
            by = later.get(line["statement"]) or left.get(bid)
            status = "valid" if not by else "superseded" if line["statement"] in later else "withdrawn"
            same([line["by"], line["status"]], [by, status], f"closing.json, {bid}")
        live, hidden = [one["bidder"] for one in self.lines.values() if not one["by"]], len(rows) - len(self.lines)
        need(len({*live}) == len(live) <= self.count <= len(live) + hidden, "closing.json: valid bids are miscounted")
        sealed = {digest(one) for one in records if "statement" in one} == {one["seal"] for one in self.lines.values()}
        whole = sealed and not hidden if self.audit else {*self.lines} == {*self.opened}
        need(whole, "closing.json: it shows other lines than the log's sealed bids, or than those opened")

    def check_statements(self) -> None:  # a shown bid is its bidder's, answers the notice, was sealed whole before T
        for bid, line in self.lines.items():
            at, name, seal = instant(line["received_at"]), f"statements/{bid}.json", f"seals/{bid}.json"
            value, record, _ = self.json(name), self.json(seal), self.signed(seal, at)
            self.signed(name, at, {line["bidder"]})
            who = {"bid": bid, "bidder": line["bidder"], "tender": self.tender, "lot": self.lot}
            told: Json = {"domain": "yangguang/bid-statement/v1", "suite": "age1", "notice": self.sha("notice.json")}
            told["addenda"] = [digest(one) for one in self.addenda[: len(value["addenda"])]]
            same(value, value | who | told, name)
            same([part["name"] for part in value["parts"]], self.notice["parts"], f"{name}, parts")
            files = {f"{part['name']}.age": part["sha256"] for part in value["parts"]}
            for part in value["parts"]:
                same(sorted(part["shares"]), sorted(ROLES[: len(self.notice["custodians"])]), f"{name}, shares")
                files |= {f"shares/{part['name']}/{role}.age": one["file"] for role, one in part["shares"].items()}
            same({one["name"]: one["sha256"] for one in record["files"]}, files, f"{seal}, files")
            facts: dict[str, Json] = {"signature": self.sha(f"statements/{bid}.p7s"), "statement": self.sha(name)}
            facts |= {"received_at": line["received_at"], "outcome": "accepted", "supersedes": value["supersedes"]}
            same(record, record | who | facts | {"domain": "yangguang/seal/v1", "reason": None, "rule": None}, seal)
            same([line["statement"], line["seal"]], [self.sha(name), self.sha(seal)], "closing.json, a line")
            need(line["received_at"] < record["deadline"] in self.deadlines, f"{seal}: not received before T")
            for one in record["files"] if self.audit else ():
                kind = "" if one["name"].startswith("shares/") else "containers/"
                path = f"{kind}{one['name']}".replace("/", f"/{bid}/", 1)
                same([self.sha(path), self.sizes[path]], [one["sha256"], one["length"]], path)
            if line["status"] == "withdrawn":
                name, seal = f"withdrawals/{bid}.json", f"withdrawals/{bid}.record.json"
                facts = {"bid": bid, "withdrawal": self.sha(name), "outcome": "accepted"}
                record, at = self.document(seal, "withdrawal-record", (), **facts)
                need(record["received_at"] < record["deadline"] in self.deadlines, f"{seal}: not before T")
                same(self.json(name), self.json(name) | {"statement": line["statement"]}, name)
                self.signed(name, at, {line["bidder"]})

    def check_draws(self) -> None:  # values were signed and committed to before anyone revealed; takers follow
        verbs = ["requested", "committed", "revealing", "revealed", "beacon", "drawn", "void"]
        codes: Json = {"centre": self.centre, "procuring_entity": self.ours, "supervisor": None}
        rows = [(one["entry"]["tag"], one["payload"] | {"n": n}) for n, one in enumerate(self.public)]
        acts = {verb: [act for tag, act in rows if tag == f"bidding:draw:{verb}"] for verb in verbs}
        asked, drawn, void = ({act["draw"]: act for act in acts[verb]} for verb in ("requested", "drawn", "void"))
        numbers = [f"{self.lot}/draw-{n}" for n in range(1, len(acts["requested"]) + 1)]
        same([act["draw"] for act in acts["requested"]], numbers, "the draws in the log")
        left, dead = [draw for draw in numbers if draw not in drawn], self.state in {"failed", "cancelled"}
        same([*void], left if dead else [], f"draws that came to nothing in a lot that is {self.state}")
        until = {draw: "opened" if asked[draw]["purpose"] == "coefficient" else "evaluated" for draw in left}
        late = [draw for draw in left if not dead and RANK[self.base] >= RANK[until[draw]]]
        need(not late, f"{late} were never drawn, though the lot is {self.state}")
        for draw in drawn:
            given, begun, told, fixed = ([act for act in acts[verb] if act["draw"] == draw] for verb in verbs[1:5])
            order = [act["n"] for act in [asked[draw], *given, *begun, *told, *fixed, drawn[draw]]]
            need(order == sorted(order), f"{draw}: someone revealed before all had committed")
            seats, commits = asked[draw]["contributors"], {act["name"]: act["commit"] for act in given}
            same([sorted(seats), len({*seats.values()})], [sorted(codes), len(codes)], f"{draw}, contributors")
            both: Json = [sorted(act["name"] for act in acts) for acts in (given, told)]
            same([*both, *(act["commits"] for act in begun)], [sorted(commits)] * 2 + [commits], f"{draw}, values")
            need(len(commits) >= LEAST, f"{draw}: only {len(commits)} contributed")
            for who, act in [(act["name"], act) for act in given]:
                name = f"draws/{draw.rpartition('-')[2]}/commit-{who}.json"
                self.document(name, "draw-commit", codes[who], draw=draw, name=who, commit=act["commit"])
                signed = [f"seat:{self.seat[0][1]}", self.sha(f"{name[:-5]}.p7s")]
                same(signed, [seats[who], act["signature"]], f"{name}, its signer")
                near = who == "supervisor" and self.seat[0][0] in self.ours | self.centre
                self.notes += [f"{name}: the supervisor is of a party, {self.seat[0][0]}"] * near
            for who, how in [(act["name"], act["how"]) for act in told]:
                names = self.names(rf"draws/{draw.rpartition('-')[2]}/open-{who}-[a-z_]+\.json")
                for name, role in [(name, name[:-5].rpartition("-")[2]) for name in names]:
                    self.document(name, "draw-open", self.keepers[role], draw=draw, name=who, custodian=role)
                enough = how == "reveal" or len(names) >= self.notice["threshold"]
                need(enough, f"{draw}: too few custodians opened the value of {who}")
            for place in asked[draw]["strata"]:
                name = f"draws/{draw.rpartition('-')[2]}-{re.sub(ODD, '_', place['name'])}.json"
                record, take = self.json(name), place["take"]
                facts, passed = etdraw(record), [one["id"] for one in record["skips"]]
                left = [one for one in facts["order"] if one not in passed]
                seen = facts["order"] if len(left) < take else facts["order"][: facts["order"].index(left[take - 1])]
                out = {one["id"] for one in record.get("exclusions", ())} & {*record["ids"]}
                need({*passed} <= {*seen} and len({*passed}) == len(passed) and not out, f"{name}: a false skip")
                facts |= {"draw_id": draw, "stratum": place["name"], "ids": place["ids"], "take": take}
                facts |= {"taken": left[:take], "reserve": left[take:], "reason": asked[draw]["reason"]}
                facts |= {"contributions": {act["name"]: act["value"] for act in told}}
                facts |= {"beacon": fixed[0]["beacon"] if self.notice["beacon"] else ""}
                same(record | {"first_key": facts["first_key"]}, record | facts, name)
                same(record["commits"], {act["name"]: act["commit"] for act in given}, f"{name}, commits")
        names = [row["name"] for one in asked.values() if one["purpose"] == "coefficient" for row in one["strata"]]
        need(len({*names}) == len(names), "draws: a coefficient was drawn twice")

    def check_custody(self) -> None:  # custodians acted on one closing list that two witnesses saw at or after T
        kinds = {"ready": "custodian-ready", "release": "release", "consent": "opening-consent", "lodging": "lodging"}
        names, seen = self.names(r"custody/[0-9]+-(ready|release|consent|lodging)-[^/]+\.(json|bin)"), set[str]()
        due, signers = instant(self.due), self.keepers | {b: {r["bidder"]} for b, r in (self.lines | self.rows).items()}
        freed = {one["bid"]: one["consent"] for one in self.files.get("release.json", {"bids": []})["bids"]}
        rows = [(name, *name.rpartition(".")[0].split("-", 2)) for name in names]
        last = {(by, self.sha(name)): name for name, _, _, by in rows}  # a consent sent again, well signed, counts
        self.consented, lodged = ({by for _, _, kind, by in rows if kind == one} for one in ("consent", "lodging"))
        for name, stem, kind, by in rows:
            if kind == "consent" and (self.sha(name) != freed.get(by) or last[by, self.sha(name)] != name):
                self.act(self.sha(name)), self.act(self.sha(f"{stem}-{kind}-{by}.p7s"))  # opaque, as it came
                continue
            facts = {"closing": self.closed, "bid" if kind in {"consent", "lodging"} else "custodian": by}
            value, at = self.document(name, kinds[kind], signers[by], **facts)
            need(at >= due, f"{name}: sent before T")
            if "checkpoint" in value:
                seen.add(value["checkpoint"])
                note = self.cited[value["checkpoint"]]
                late = [one for one in self.trust.times(note).values() if one >= due.timestamp()]
                good = len(late) >= 2 and note.size > self.act(self.closed)["proof"]["tick"]
                need(good, f"{name}: no two witnesses saw the closing list in the log at or after T")
            self.given[kind] |= {(one["bid"], by) for one in value.get("results", value.get("shares", ()))}
            self.given[kind] -= {(one["bid"], by) for one in value.get("results", ()) if one["result"] != "ready"}
        need(seen == {*self.cited}, "log/checkpoints: one of them is cited by no custodian")
        for bid, kind in [(bid, kind) for bid in self.opened for kind in ("ready", "release")[: 1 + self.audit]]:
            count = sum((bid, role) in self.given[kind] for role in ROLES)
            good = count >= self.notice["threshold"] or (kind == "ready" and (bid in lodged or not self.audit))
            need(good, f"custody: only {count} custodians gave {kind} for {bid}")

    def check_release(self) -> None:  # it is of this closing list, bidders consented where asked, coefficients drawn
        mode, wanted = self.notice["mode"], {one["name"]: one["values"] for one in self.notice["coefficients"]}
        value = self.document("release.json", "release-list", (), closing=self.closed, mode=mode)[0]
        consents = {self.sha(name): self.json(name) for name in self.names(r"custody/[0-9]+-consent-[^/]+\.json")}
        bids, names = ([one[key] for one in value[what]] for key, what in (("bid", "bids"), ("name", "coefficients")))
        same([bids, names], [sorted({*bids}), [*wanted]], "release.json")
        for one in value["bids"]:
            given, asked = consents.get(one["consent"], {}), one["reason"] == "consent"
            stated = [one["bid"], self.rows.get(one["bid"], given).get("statement")] if asked else [None, None]
            facts = [given.get("bid"), given.get("statement"), one["reason"] == "custodians"]
            same(facts, [*stated, mode == "custodians"], f"release.json, {one['bid']}")
        for one in value["coefficients"]:
            record = self.json(f"draws/{one['draw'].rpartition('-')[2]}-{re.sub(ODD, '_', one['name'])}.json")
            facts = [record[key] for key in ("stratum", "draw_id", "ids", "taken")]
            ids = sorted(wanted[one["name"]], key=str.encode)
            same(facts, [one["name"], one["draw"], ids, [one["value"]]], f"release.json, {one['name']}")

    def check_openings(self) -> None:  # containers open with their keys to the stated parts and to the table's fields
        for bid, row in self.opened.items():
            value = self.json(f"statements/{bid}.json")
            for part in value["parts"][: None if self.audit else 1]:
                name, key = f"containers/{bid}/{part['name']}.age", self.raw(f"keys/{bid}/{part['name']}.txt")
                same([self.sha(name), self.sizes[name]], [part["sha256"], part["length"]], name)
                with self.zip.open(self.members[f"data/{name}"]) as container:
                    got = decrypted(container, key, part["recipient"])  # if large, only that its key opens it
                    files = {} if part["length"] > SMALL and [*map(bool, got)] else unpacked(b"".join(got), value, part)
                fields, data = None, files.get("opening.json", b"")
                with suppress(Exception):  # what is no readable form is None
                    fields = parse(data) if read(FIELDS, data.decode()) else None
                need(part["name"] != "opening" or fields == row["fields"], f"{name}: the table has other fields")

    def check_table(self) -> None:  # every valid bid once, by arrival, as line, statement and release list say
        release, facts = self.json("release.json"), {"release": self.sha("release.json"), "closing": self.closed}
        table = self.document("table.json", "opening-table", (), coefficients=release["coefficients"], **facts)[0]
        rows, freed, least = table["bids"], [one["bid"] for one in release["bids"]], self.notice["threshold"]
        order = [(row["received_at"], row["bid"]) for row in rows]
        whole = len(order) == len({row["bidder"] for row in rows}) == self.count
        whole = whole and {bid for bid, line in self.lines.items() if line["status"] == "valid"} <= {*self.rows}
        need(whole and order == sorted({*order}), "table.json: not every valid bid once, by arrival")
        for bid, row in self.rows.items():
            line, opened = self.lines.get(bid, {}), row["outcome"] == "opened"
            same(row, row | {k: line[k] for k in ("bidder", "statement", "received_at") if line}, f"table.json, {bid}")
            fits = bid in freed if opened else row["cause"] and row["fields"] is None
            need(fits and line.get("status", "valid") == "valid", f"table.json, {bid}: its outcome does not follow")
            able, sent = (sum((bid, by) in self.given[kind] for by in ROLES) >= least for kind in ("ready", "release"))
            able = able and (self.notice["mode"] == "custodians" or bid in self.consented)
            excuses = ["container_lost", *["consent_late", "consent_invalid"] * (bid in self.consented)]
            if bid in freed:
                excuses = ["container_lost", "shares_false", "part_malformed", *["custodians_withheld"] * (not sent)]
            need(opened or not (able or bid in freed) or row["cause"] in excuses, f"table.json, {bid}: it was withheld")
            need(not opened or row["addenda"] == len(self.json(f"statements/{bid}.json")["addenda"]), f"{bid}: addenda")

    def check_record(self) -> None:  # host and witness signed the record of this opening table
        at = self.document("opening.json", "opening-record", table=self.sha("table.json"))[1]
        for who, codes in (("host", self.ours), ("witness", self.centre)):
            self.signed("opening.json", at, codes, f"opening-{who}.p7s")

    def check_price(self) -> None:  # price scores follow from method, prices, drawn coefficients and rejections
        name = "scores.json" if self.audit or "candidates.json" not in self.files else "candidates.json"
        self.wants(name, "evaluated", "audit")
        doc, method, table = self.json(name), self.notice["method"], self.json("table.json")
        p, formula, bids = plain(doc["parameters"]), method["formula"], dict[str, Json]()
        stated = method["parameters"] | {one["name"]: one["value"] for one in table["coefficients"]}
        full = None if formula.endswith("evaluated_price") else plain(method["price_full"])
        good = p == plain({key: stated.get(key, DEFAULTS.get(key, 0)) for key in p}) and {*stated} <= {*p}
        need(good and plain(doc["price_full"]) == full, f"{name}: the parameters are not those of notice and draw")
        facts = {"regime": self.notice["regime"], "formula": formula, "coefficients": table["coefficients"]}
        same(doc, doc | facts | {"regime": "G" if formula.startswith("lowest_") else "T"}, name)
        said = {one["bid"]: one for one in [*doc["basis"], *doc["price"]]}
        unread = {bid for bid, row in self.opened.items() if not row["fields"]}
        need(unread <= {one["bid"] for one in doc["rejected"]}, f"{name}: a bid without a price stays")
        for bid, fields in [(bid, row["fields"]) for bid, row in self.opened.items() if row["fields"]]:
            known = {"price": fields["price"], "sme": "whole" if fields["enterprise"] in {"small", "micro"} else "none"}
            one, words = known | said.get(bid, {}), [word for word, _ in fields["terms"]]
            self.notes += [f"{name}, {bid}: opened {known}, counted {one}"] if one | known != one else []
            stated = [*plain(fields["terms"]), ["period_days", plain(str(fields["period_days"]))]]
            terms = {word: value for word, value in stated if words.count(word) < 2 and isinstance(value, Fraction)}
            need(dict(plain(one.get("terms", []))) == (terms if "terms" in one else {}), f"{name}: the terms of {bid}")
            fallen = max((gone["stage"] for gone in doc["rejected"] if gone["bid"] == bid), default="")
            bids[bid] = one | {"price": Fraction(read(AMOUNT, one["price"])), "terms": terms, "fallen": fallen}
        basis, base, lines = scored(formula, p, full or Fraction(0), bids)
        same([doc["benchmark"], [one["bid"] for one in doc["basis"]]], [base, basis], f"{name}, benchmark and basis")
        rows = [[one["bid"], one["evaluated"], one["deviation"], one["score"]] for one in doc["price"]]
        same(rows, [[bid, *line] for bid, line in sorted(lines.items())], f"{name}, price")

    def placed(self, doc: Json, means: Json, drawn: list[str]) -> list[Json]:  # the rows of a summary, by rank
        rows, keys = list[Json](), dict[str, list[Json]]()
        technical = {one["id"] for one in self.notice["method"]["items"] if one.get("group") != "business"}
        for one in doc["price"]:
            bid, marks = one["bid"], means.get(one["bid"], {})
            texts = [one["score"] or "0", *marks.values()]
            total, places = sum(map(plain, texts), Fraction(0)), max(len(text.partition(".")[2]) for text in texts)
            skill = -sum(plain(marks[item]) for item in technical & {*marks})
            ties = {"price": plain(one["price"]), "technical": skill, "seal": self.rows[bid]["received_at"]}
            ties |= {"draw": bid in drawn and drawn.index(bid)}
            keys[bid] = [-total if one["score"] else plain(one["evaluated"]), *map(ties.get, self.notice["ties"])]
            row = {"bid": bid, "items": marks, "price": one["score"]}
            rows += [row | {"total": one["score"] and written(total, places)}]
        for row, key in [(row, keys[row["bid"]]) for row in rows]:
            row |= {"rank": 1 + sum(other < key for other in keys.values()), "shared": [*keys.values()].count(key) > 1}
        return sorted(rows, key=lambda row: (row["rank"], row["bid"]))

    def check_scores(self) -> None:  # sheets are their members' own, complete, in range; means, totals, ranks follow
        facts, last = {"table": self.sha("table.json"), "notice": self.sha("notice.json")}, dict[str, Json]()
        doc, items = self.document("scores.json", "scores", **facts)[0], self.notice["method"]["items"]
        for name in sorted(self.names(r"signatures/score-sheet-.*\.json"), key=lambda n: int(self.files[n]["number"])):
            sheet = self.document(name, "score-sheet", None, table=self.sha("table.json"))[0]
            same(self.seats.setdefault(sheet["member"], self.seat[0]), self.seat[0], f"{name}: its signer")
            last[sheet["member"]] = sheet
        need(len({*map(tuple, self.seats.values())}) == len(self.seats), "sheets: one signed for two members")
        self.sheets, own = [last[row["member"]] for row in doc["sheets"]], ("member", "site", "items", "totals")
        rows = [{"sheet": digest(one)} | {key: one[key] for key in own} for one in self.sheets]
        same(doc["sheets"], sorted(rows, key=lambda row: str(row["member"])), "scores.json, sheets")
        grid = {(s["member"], one["bid"], one["item"]): plain(one["score"]) for s in self.sheets for one in s["items"]}
        means, p = dict[str, dict[str, str]](), doc["parameters"]
        for sheet, one in [(each, one) for each in self.sheets for one in each["totals"]]:
            total = sum((grid[sheet["member"], one["bid"], item["id"]] for item in items), Fraction(0))
            need(plain(one["total"]) == total, f"sheets: a total of {sheet['member']} is not the sum")
        for bid, item in [(one["bid"], item) for one in doc["price"] for item in items]:
            marks = sorted(grid.pop((sheet["member"], bid, item["id"])) for sheet in self.sheets)
            fair = item["kind"] != "objective" or marks[0] == marks[-1]
            need(fair and 0 <= marks[0] <= marks[-1] <= plain(item["full"]), f"sheets: {item['id']} of {bid}")
            marks = marks[p["drop_members_low"] : len(marks) - p["drop_members_high"]]
            means.setdefault(bid, {})[item["id"]] = written(sum(marks) / Fraction(len(marks)), p["member_places"])
        need(not grid, "sheets: a score of no bid or item")
        drawn = doc["tie_draw"]["order"] if doc["tie_draw"] else []
        tied = drawn and self.json(f"draws/{doc['tie_draw']['draw'].rpartition('-')[2]}-tie.json")["order"]
        same(drawn, tied, "scores.json, tie_draw")
        rows = [{key: one[key] for key in one if key != "decided_by"} for one in doc["summary"]]
        same(rows, self.placed(doc, means, drawn), "scores.json, summary")

    def check_report(self) -> None:  # every member signed it, rejections have their majority, the ranking is as scored
        scores, facts = self.json("scores.json"), {"scores": self.sha("scores.json"), "table": self.sha("table.json")}
        value, at = self.document("report.json", "evaluation-report", rejected=scores["rejected"], **facts)
        members, plan = {one["member"]: one for one in value["members"]}, self.notice["committee"]
        signed = {one["member"] for one in value["dissent"]}
        signed |= {one["payload"]["member"] for one in self.shown if one["entry"]["tag"] == "evaluation:member:deemed"}
        for name in self.names(r"signatures/evaluation-report-.*\.json"):
            signer, own = self.signed(name, at, None), self.sha(name) == self.sha("report.json")
            mine = {who for who in members if f"-{re.sub(ODD, '_', who)}-" in name and self.seats[who] == signer}
            signed |= mine if own else set()
        same(sorted({*members} - signed), [], "report.json: members who did not sign")
        experts = {who for who, one in members.items() if one["kind"] == "expert"}
        drawn = {who for name in self.names(r"draws/[^/]*\.json") for who in self.json(name)["taken"]}
        sizes = [len(members), len(experts), sum(one["leader"] for one in value["members"]), experts <= drawn]
        same(sizes, [plan["size"], plan["experts"], 1, True], "report.json: the committee")
        same(sorted(members), [sheet["member"] for sheet in scores["sheets"]], "report.json: the members who scored")
        votes = [(sheet["member"], one) for sheet in self.sheets for one in sheet["votes"] if not one["keep"]]
        for one in value["rejected"]:
            against = [who for who, vote in votes if (vote["bid"], vote["clause"]) == (one["bid"], one["clause"])]
            rule = next(row for row in self.rules.values() if row["id"] == one["rule"])
            good = 2 * len(against) > len(members) and against == [vote["member"] for vote in one["votes"]["reject"]]
            need(good and one["ground"] in rule["value"], f"report.json: {one['bid']} fell without majority or ground")
        lines = {one["bid"]: [one["price"], one["evaluated"]] for one in scores["price"]}
        rows = [[row["rank"], row["bid"], row["total"], *lines[row["bid"]]] for row in scores["summary"]]
        found = [[row[key] for key in ("rank", "bid", "total", "price", "evaluated")] for row in value["ranking"]]
        most = min(self.notice["candidates"], self.rules["candidates_maximum"]["value"])
        same([found, value["candidates"]], [rows, [row[1] for row in rows[:most]]], "report.json: ranking, candidates")

    def check_candidates(self) -> None:  # opened bids are valid or rejected; candidates are the first, as opened
        if self.notice["regime"] == "G":
            raise AbsentError("not_public")
        self.wants("candidates.json", "candidates_public")
        name, doc = "candidates.json", self.document("candidates.json", "candidates")[0]
        gone, lines = {one["bid"] for one in doc["rejected"]}, {one["bid"]: one for one in doc["price"]}
        valid = sorted({*self.opened} - gone)
        same([doc["valid"], [*lines], doc["table"]], [valid, valid, self.sha("table.json")], name)
        rows = self.files["scores.json"]["summary"] if self.audit else self.placed(doc, {}, [])
        if self.audit:
            scores, listed = self.files["scores.json"], self.files["report.json"]["candidates"]
            facts = {key: scores[key] for key in {*scores} & {*doc} - {"domain", "rejected"}}
            facts |= {"scores": self.sha("scores.json"), "report": self.sha("report.json")}
            same([doc, [one["bid"] for one in doc["candidates"]]], [doc | facts, listed], name)
        if self.notice["method"]["items"] and doc["price_full"] and not self.audit:
            rows = sorted(doc["candidates"], key=lambda one: (-plain(one["total"]), one["rank"]))
        for one, place in zip(doc["candidates"], rows, strict=False):
            row = self.opened[one["bid"]]
            facts = {key: row["fields"][key] for key in ("period_days", "quality")}
            facts |= {"price": lines[row["bid"]]["price"]} | {key: row[key] for key in ("bidder", "name")}
            facts |= {key: place[key] for key in ("bid", "rank", "total")}
            same(one, one | facts, f"{name}, {row['bid']}")

    def check_result(self) -> None:  # the first candidate wins, or each before it fell out on a ground of the law
        listed = self.files.get("candidates.json")
        value = self.document("result.json", "result", candidates=listed and self.sha("candidates.json"))[0]
        doc, winner = listed or {"candidates": [], "price": []}, value["winner"]
        order, passed = [one["bid"] for one in doc["candidates"]], [one["bid"] for one in value["passed_over"]]
        order = order or self.files.get("report.json", {}).get("candidates") or [*passed, winner["bid"]]
        good = {one["ground"] for one in value["passed_over"]} <= {*self.rules["award_order"]["value"]}
        good = (good and order[: len(passed) + 1] == [*passed, winner["bid"]]) or not self.binds("award_order")
        need(good, f"result.json: {winner['name']} wins before others without a ground of the law")
        row = self.opened[winner["bid"]]
        prices = {one["bid"]: one["price"] for one in (listed or self.files.get("scores.json") or doc)["price"]}
        facts = {key: row["fields"][key] for key in ("period_days", "quality", "terms")}
        facts |= {key: row[key] for key in ("bidder", "name")} | {"price": prices.get(row["bid"], winner["price"])}
        same(winner, winner | facts, "result.json, winner")

    def check_award(self) -> None:  # the procuring side signed the notice of award of this result
        facts = {"notice": self.sha("notice.json"), "result": self.sha("result.json"), "procuring_entity": self.buyer}
        self.document("award.json", "award", self.ours, winner=self.files["result.json"]["winner"], **facts)

    def check_contract(self) -> None:  # both sides signed a contract whose main terms are the winner's
        winner, facts = self.json("award.json")["winner"], {"procuring_entity": self.buyer}
        facts |= {key: winner[key] for key in ("price", "period_days", "quality", "terms")}
        facts |= {"bidder": {"name": winner["name"], "credit_code": winner["bidder"]}, "award": self.sha("award.json")}
        at = self.document("contract.json", "contract", self.ours, **facts)[1]
        self.signed("contract.json", at, {winner["bidder"]}, "contract-counter.p7s")

    def binds(self, key: str) -> bool:  # whether the edition has a rule and it concerns this lot
        return key in self.rules and (self.notice.get("mandatory", True) or self.rules[key].get("scope") != "mandatory")

    def check_periods(self) -> None:  # legal periods, recomputed from the frozen rules and the instants in the log
        at = {step["to"]: instant(step["at"]) for step in self.steps}
        cases = [("document_access_minimum", at["published"], instant(self.notice["documents_until"]))]
        cases += [("bid_period_minimum", at["published"], instant(self.due))]
        for n, one in [(n, one) for n, one in enumerate(self.addenda, 1) if one["reseal"]]:
            due = [each["deadline"] for each in [self.notice, *self.addenda[:n]] if each["deadline"]][-1]
            cases += [("clarification_lead", instant(due), instant(one["published_at"]))]
        for what, state in (("candidate", "candidates_public"), ("result", "result_public")):
            if until := self.files.get(f"{state[:-7]}.json", {}).get("until"):
                cases += [(f"{what}_publication_minimum", at[state], instant(until))]
        reached = [row for row in map(str.split, PERIODS.split(",")) if {*row[1:]} <= {*at}]
        cases += [(key, at[first], at[then]) for key, first, then in reached]
        for rule, start, end in [(self.rules[key], *instants) for key, *instants in cases if self.binds(key)]:
            left, how, day = rule["value"], rule["compare"], datetime.combine(start.astimezone(CHINA), time(), CHINA)
            good = how == "at_most" and start <= end < day + (left + 1) * DAY
            good = end <= start - left * DAY if how == "before" else good
            if how != "before" and not good:
                day, left = (day, left) if left and rule["unit"] == "working_days" else (day + (left - 1) * DAY, 1)
                while left:  # to the last of the working days, or to the first from a calendar day on
                    day += DAY
                    year, text = self.years["years"][f"{day:%Y}"], f"{day:%Y-%m-%d}"
                    left -= text in year["work"] or (day.weekday() < 5 and text not in year["off"])
                good = {"at_least": end > day, "after": end >= day + DAY, "at_most": start <= end < day + DAY}[how]
            why = f"{rule['id']}: {how} {rule['value']} {rule['unit']} from {start:%m-%d %H:%M}, not {end:%m-%d %H:%M}"
            need(good or rule["breach"] != "refuse", why)
            self.notes += [] if good else [why]

    def check_files(self) -> None:  # nothing to which nothing leads; what the public edition withholds is committed to
        for name, row in [(row["name"], row) for row in self.json("withheld.json")]:
            if self.audit:
                begun = b"yangguang/withheld/v1\n" + bytes.fromhex(row["salt"])
                same(row["hash"], self.hashed(f"data/{name}", begun), f"withheld.json, {name}")
            partly = name not in self.sizes or re.match(r"closing|log/entries|draws/", name)
            need(self.audit or ("salt" not in row and read(HASH, row["hash"]) and partly), f"withheld.json, {name}")
        need(not (extra := sorted({*self.sizes} - self.used)), f"{', '.join(extra)}: nothing leads to it")


def held(path: Path, trust: Json, d: Dossier | None = None) -> Json:  # what a receipt proves, by a dossier or alone
    found: dict[str, Json] = {"result": "broken", "file": str(path)}
    try:
        value = json.loads(path.read_bytes())
        record, entry, line = value["record"], value["entry"], d.lines.get(value["record"]["bid"], {}) if d else {}
        trust.signer(canonical(record), unb64(value["signature"]), instant(record["received_at"]))
        found |= {key: record[key] for key in ("lot", "bid", "outcome", "received_at")} | {"standing": "received"}
        if entry is not None:
            note, mark = Note(value["checkpoint"].encode()), salted("leaf", value["salt"], entry)
            good = entry["payload_sha256"] == digest(record) and note.holds(mark, value["proof"]) and trust.times(note)
            need(good and note.seen(trust.log) is not None, "the record is in no witnessed log")
            there = d.marks().get((entry["chain"], entry["seq"])) if d else mark
            need(there == mark or (d and not there and "closing.json" not in d.sizes), "the log has another act there")
            found |= {"standing": "submitted", "witnesses": sorted(trust.times(note))}
        if d:
            mine = line and record.get("withdrawal", digest(record)) in {line["seal"], line["by"]}
            lost = record["outcome"] == "accepted" and not mine and (line or (d.audit and "closing.json" in d.sizes))
            need(record["lot"] == d.lot and not lost, "the closing list of this lot does not hold the record")
            found["closing"] = line["status"] if mine else "not shown"
        return found | {"result": "holds"}
    except Exception as error:  # noqa: BLE001 - as above
        return found | {"why": f"{type(error).__name__}: {error}"}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("dossier", "receipt", "draw", "diff"))
    parser.add_argument("file", type=Path)
    parser.add_argument("later", type=Path, nargs="?", help="of diff")
    parser.add_argument("--trust", type=Path, help="folder with roots.pem, platform.txt, policy.txt")
    parser.add_argument("--receipt", type=Path, action="append", default=[])
    args = parser.parse_args(argv)
    if (args.later is None) == (args.command == "diff") or (args.command == "receipt" and not args.trust):
        parser.error("diff takes two dossiers, every other command one file; receipt needs --trust")
    try:
        paths = [args.trust / name for name in ("roots.pem", "policy.txt", "platform.txt")] if args.trust else []
        trust = Trust(*(path.read_bytes() for path in paths)) if paths else None
        with args.file.open("rb") as file, (args.later or args.file).open("rb") as other:
            if args.command in {"draw", "receipt"}:
                report = held(args.file, trust) if args.command == "receipt" else etdraw(json.load(file))
            elif args.command == "diff":
                report = Dossier(file, trust).compare(Dossier(other, trust))
            else:
                d = Dossier(file, trust)
                report = d.judge() | {"receipts": [held(path, d.trust, d) for path in args.receipt]}
                fine = {one["result"] for one in report["receipts"]} <= {"holds"} and not report["broken"]
                report = {"result": ("holds" if trust else "self_declared") if fine else "broken"} | report
    except Exception as error:  # noqa: BLE001 - an argument that is no dossier, receipt, draw or trust folder
        report = {"result": "unreadable", "why": f"no {args.command} or trust folder: {type(error).__name__}: {error}"}
    sys.stdout.buffer.write(json.dumps(report, ensure_ascii=False).encode() + b"\n")
    return {"broken": 1, "unreadable": 2, "self_declared": 3}.get(report.get("result"), 0)


if __name__ == "__main__":
    sys.exit(main())
