"""Bearer tokens and the keys behind them (R-010, R-014, R-016)."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OctKey, RSAKey

from suivi.core.access.keys import LOCAL_ISSUER, BrokenKeyFile, LocalKey, secret_key
from suivi.core.access.tokens import IdentityMisconfigured, RecentTokens, TokenVerifier, Unauthenticated, verifier_for
from suivi.core.access.viewer import Role, Viewer
from tests.services.issuer import Algorithm, LocalIssuer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PARTNER = UUID("0195a3c4-0000-7000-8000-000000000001")
DISCOVERY = "/.well-known/openid-configuration"
TEXT = st.text("aB7-é\x00", max_size=9)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT | st.sampled_from(["ES256", "RS256", "JWT"]),
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=4,
)


@pytest.fixture
def issuer() -> Iterator[LocalIssuer]:
    with LocalIssuer() as issuer:
        yield issuer


@pytest.fixture
def verifier(issuer: LocalIssuer) -> TokenVerifier:
    return TokenVerifier(issuer=issuer.url, audience="suivi", local_key=None)


@pytest.fixture
def local_key(tmp_path: Path) -> LocalKey:
    return LocalKey.load(tmp_path / "dev-key.json")


def a_development_verifier(local_key: LocalKey) -> TokenVerifier:
    return TokenVerifier(issuer=None, audience="suivi", local_key=local_key)


async def refusal_of(verifier: TokenVerifier, token: str, *, now: datetime = NOW) -> str:
    with pytest.raises(Unauthenticated) as refused:
        await verifier.verify(token, now=now)
    for part in token.split("."):
        assert not part or part not in f"{refused.value.sentence} {refused.value}"
    return refused.value.code


def encoded(part: dict[str, Any] | bytes) -> str:
    content = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def with_claims(token: str, **changes: Any) -> str:
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return f"{header}.{encoded({**claims, **changes})}.{signature}"


class TestADevelopmentToken:
    async def test_says_who_its_holder_is_until_it_expires(self, local_key: LocalKey) -> None:
        token = local_key.mint(
            subject="sam", role=Role.PATIENT, scopes=["cases:read", "photos"], lives=timedelta(hours=1), now=NOW
        )

        viewer = await a_development_verifier(local_key).verify(token, now=NOW)

        assert viewer == Viewer(
            role=Role.PATIENT,
            subject="sam",
            scopes=frozenset({"cases:read", "photos"}),
            expires_at=NOW + timedelta(hours=1),
        )

    async def test_names_the_frontend_acting_for_a_person_r_014(self, local_key: LocalKey) -> None:
        token = local_key.mint(
            subject="sam", role=Role.PATIENT, partner_id=PARTNER, frontend="app-1", lives=timedelta(hours=1), now=NOW
        )

        viewer = await a_development_verifier(local_key).verify(token, now=NOW)

        assert (viewer.subject, viewer.frontend, viewer.partner_id) == ("sam", "app-1", PARTNER)

    async def test_of_another_data_folder_is_refused(self, local_key: LocalKey, tmp_path: Path) -> None:
        other = LocalKey.load(tmp_path / "other" / "dev-key.json")
        token = other.mint(subject="sam", role=Role.PATIENT, lives=timedelta(hours=1), now=NOW)

        assert await refusal_of(a_development_verifier(local_key), token) == "TOKEN_SIGNATURE"

    async def test_is_accepted_beside_those_of_an_issuer(self, issuer: LocalIssuer, tmp_path: Path) -> None:
        dev_key = tmp_path / "dev-key.json"
        verifier = verifier_for(production=False, issuer=issuer.url, audience="suivi", dev_key=dev_key)
        local = LocalKey.load(dev_key).mint(subject="sam", role=Role.OPERATOR, lives=timedelta(hours=1), now=NOW)

        viewers = [await verifier.verify(token, now=NOW) for token in (local, issuer.token(subject="kim", now=NOW))]

        assert [viewer.subject for viewer in viewers] == ["sam", "kim"]

    async def test_is_refused_in_production_where_no_key_is_even_made(
        self, issuer: LocalIssuer, local_key: LocalKey, tmp_path: Path
    ) -> None:
        unused = tmp_path / "production" / "dev-key.json"
        verifier = verifier_for(production=True, issuer=issuer.url, audience="suivi", dev_key=unused)
        token = local_key.mint(subject="sam", role=Role.OPERATOR, lives=timedelta(hours=1), now=NOW)

        assert await refusal_of(verifier, token) == "TOKEN_ISSUER"
        assert not unused.parent.exists()


class TestStartingUp:
    @pytest.mark.parametrize("issuer", [None, "", "http://login.example.org", "login.example.org"])
    def test_in_production_needs_an_issuer_reached_safely(self, issuer: str | None, tmp_path: Path) -> None:
        with pytest.raises(IdentityMisconfigured) as refused:
            verifier_for(production=True, issuer=issuer, audience="suivi", dev_key=tmp_path / "dev-key.json")

        assert "SUIVI_OIDC_ISSUER" in refused.value.sentence


class TestAnIssuersToken:
    @pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "Ed25519", "EdDSA"])
    async def test_says_who_its_holder_is(self, algorithm: Algorithm) -> None:
        with LocalIssuer(algorithm) as issuer:
            verifier = TokenVerifier(issuer=issuer.url, audience="suivi", local_key=None)
            token = issuer.token(subject="dr-kim", role="practitioner", scope="cases:read  cases:write", now=NOW)

            viewer = await verifier.verify(token, now=NOW)

        assert (viewer.role, viewer.subject) == (Role.PRACTITIONER, "dr-kim")
        assert viewer.scopes == {"cases:read", "cases:write"}

    @pytest.mark.parametrize("role", list(Role))
    async def test_carries_any_of_the_roles(self, role: Role, issuer: LocalIssuer, verifier: TokenVerifier) -> None:
        token = issuer.token(role=role.value, suivi_partner=str(PARTNER), now=NOW)

        assert (await verifier.verify(token, now=NOW)).role is role

    @pytest.mark.parametrize("kind", ["JWT", "jwt", "at+jwt", "application/at+jwt", None])
    async def test_may_leave_its_type_out(self, kind: str | None, issuer: LocalIssuer, verifier: TokenVerifier) -> None:
        assert await verifier.verify(issuer.token(header={"typ": kind}, now=NOW), now=NOW)

    async def test_may_be_meant_for_several_services(self, issuer: LocalIssuer, verifier: TokenVerifier) -> None:
        assert await verifier.verify(issuer.token(audience=["account", "suivi"], now=NOW), now=NOW)

    async def test_may_carry_headers_and_claims_we_do_not_know(
        self, issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        assert await verifier.verify(issuer.token(header={"nonce": "n" * 600}, azp="app", now=NOW), now=NOW)

    async def test_needs_no_key_id_when_the_issuer_has_one_key(
        self, issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        assert await verifier.verify(issuer.token(header={"kid": None}, now=NOW), now=NOW)

    async def test_is_good_while_the_clocks_differ_by_thirty_seconds(
        self, issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        ahead = issuer.token(now=NOW + timedelta(seconds=30))
        too_far_ahead = issuer.token(now=NOW + timedelta(seconds=31))
        not_before = issuer.token(nbf=int(NOW.timestamp()) + 31, now=NOW)

        assert await verifier.verify(ahead, now=NOW)
        assert await refusal_of(verifier, too_far_ahead) == "TOKEN_NOT_YET_VALID"
        assert await refusal_of(verifier, not_before) == "TOKEN_NOT_YET_VALID"

    async def test_ends_at_its_expiry_even_when_it_was_just_verified(
        self, issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        """R-016: access ends."""
        token = issuer.token(lives=timedelta(seconds=20), now=NOW)

        await verifier.verify(token, now=NOW + timedelta(seconds=19))

        assert await refusal_of(verifier, token, now=NOW + timedelta(seconds=20)) == "TOKEN_EXPIRED"

    @pytest.mark.parametrize("audience", ["other", ["other", "suivi-admin"], [], "suivi ", None])
    async def test_for_another_service_is_refused(
        self, audience: Any, issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        assert await refusal_of(verifier, issuer.token(audience=audience, now=NOW)) == "TOKEN_AUDIENCE"

    @pytest.mark.parametrize("iss", ["https://evil.example.org", LOCAL_ISSUER, None, ["a"], 7])
    async def test_of_another_issuer_is_refused(self, iss: Any, issuer: LocalIssuer, verifier: TokenVerifier) -> None:
        assert await refusal_of(verifier, issuer.token(iss=iss, now=NOW)) == "TOKEN_ISSUER"
        assert not issuer.requests

    @pytest.mark.parametrize(
        "claims",
        [
            {"suivi_role": None},
            {"suivi_role": "superuser"},
            {"suivi_role": ["patient"]},
            {"sub": None},
            {"sub": ""},
            {"sub": "s" * 256},
            {"sub": "a\x00b"},
            {"sub": 12},
            {"exp": None},
            {"exp": "2030-01-01"},
            {"exp": True},
            {"exp": float("nan")},
            {"exp": float("inf")},
            {"exp": 1e300},
            {"nbf": "soon"},
            {"iat": []},
            {"aud": 7},
            {"suivi_partner": "not-a-uuid"},
            {"act": "app-1", "suivi_partner": str(PARTNER)},
            {"act": {}, "suivi_partner": str(PARTNER)},
            {"scope": ["a"]},
        ],
        ids=str,
    )
    async def test_with_a_claim_missing_or_unusable_is_refused(
        self, claims: dict[str, Any], issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        assert await refusal_of(verifier, issuer.token(now=NOW, **claims)) == "TOKEN_CLAIMS"

    @pytest.mark.parametrize(
        "claims",
        [
            pytest.param({"suivi_role": "frontend"}, id="a frontend without partner"),
            pytest.param({"act": {"sub": "app-1"}}, id="on behalf of a person, without partner"),
            pytest.param(
                {"suivi_role": "frontend", "act": {"sub": "app-1"}, "suivi_partner": str(PARTNER)},
                id="a frontend on behalf of a frontend",
            ),
        ],
    )
    async def test_of_a_frontend_names_its_partner_r_014(
        self, claims: dict[str, Any], issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        assert await refusal_of(verifier, issuer.token(now=NOW, **claims)) == "TOKEN_CLAIMS"

    @pytest.mark.parametrize("role", ["frontend", "patient"])
    async def test_without_its_partner_is_accepted_once_it_is_named(
        self, role: str, issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        token = issuer.token(role=role, suivi_partner=str(PARTNER), now=NOW)

        assert (await verifier.verify(token, now=NOW)).partner_id == PARTNER


class TestAForgedToken:
    @pytest.mark.parametrize("token", ["", "  "])
    async def test_that_is_empty_is_missing(self, token: str, verifier: TokenVerifier) -> None:
        with pytest.raises(Unauthenticated) as refused:
            await verifier.verify(token, now=NOW)

        assert refused.value.code == "TOKEN_MISSING"

    async def test_with_a_changed_role_is_refused(self, issuer: LocalIssuer, verifier: TokenVerifier) -> None:
        """R-010: nobody makes themselves a practitioner."""
        genuine = issuer.token(role="patient", now=NOW)
        await verifier.verify(genuine, now=NOW)

        assert await refusal_of(verifier, with_claims(genuine, suivi_role="practitioner")) == "TOKEN_SIGNATURE"

    async def test_signed_with_someone_elses_key_under_a_known_name_is_refused(
        self, issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        with LocalIssuer() as impostor:
            token = impostor.token(iss=issuer.url, now=NOW)

        assert await refusal_of(verifier, token) == "TOKEN_SIGNATURE"

    @pytest.mark.parametrize("alg", ["none", "None", "HS256", "RS512", "ES256K", "dir"])
    async def test_of_a_kind_not_accepted_never_reaches_the_issuer(
        self, alg: str, issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        _, payload, signature = issuer.token(now=NOW).split(".")
        kept = "" if alg.lower() == "none" else signature

        token = f"{encoded({'alg': alg, 'kid': issuer.key.kid})}.{payload}.{kept}"

        assert await refusal_of(verifier, token) == "TOKEN_SIGNATURE"
        assert not issuer.requests

    @pytest.mark.parametrize("algorithm", ["RS256", "ES256", "Ed25519"])
    async def test_that_uses_the_public_key_as_a_password_is_refused(self, algorithm: Algorithm) -> None:
        with LocalIssuer(algorithm) as issuer:
            verifier = TokenVerifier(issuer=issuer.url, audience="suivi", local_key=None)
            payload = issuer.token(role="operator", now=NOW).split(".")[1]
            assert not isinstance(issuer.key, OctKey)
            password = issuer.key.as_pem(private=False)
            signed = f"{encoded({'alg': 'HS256', 'kid': issuer.key.kid})}.{payload}"
            signature = hmac.new(password, signed.encode(), hashlib.sha256).digest()

            assert await refusal_of(verifier, f"{signed}.{encoded(signature)}") == "TOKEN_SIGNATURE"

    @pytest.mark.parametrize(
        "header",
        [
            {"crit": ["exp"], "exp": 1},
            {"b64": False, "crit": ["b64"]},
            {"typ": "dpop+jwt"},
            {"typ": "logout+jwt"},
        ],
        ids=str,
    )
    async def test_asking_for_what_we_do_not_do_is_malformed(
        self, header: dict[str, Any], issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        _, payload, signature = issuer.token(now=NOW).split(".")
        named = {"alg": "ES256", "kid": issuer.key.kid, **header}

        assert await refusal_of(verifier, f"{encoded(named)}.{payload}.{signature}") == "TOKEN_MALFORMED"

    @pytest.mark.parametrize(
        "token",
        [
            "hello",
            "a.b.c",
            "Bearer e30.e30.e30",
            "e30.e30.e30",
            f"{encoded(b'[]')}.e30.AA",
            f"{encoded(json.dumps('alg').encode())}.e30.AA",
            f"{encoded({'alg': ['ES256'], 'crit': 7})}.e30.AA",
            f"{encoded({'alg': 'ES256', 'kid': 7})}.e30.AA",
            f"{encoded({'alg': 'ES256', 'kid': None})}.e30.AA",
            f"{encoded({'alg': 'ES256'})}.{encoded(b'[' * 4000)}.AA",
            f"{encoded({'alg': 'ES256'})}.{encoded(b'7')}.AA",
            f"{encoded({'alg': 'ES256'})}.{encoded(b'')}.AA",
            "é.é.é",
            "\ud800.e30.e30",
            ".." * 9,
        ],
        ids=range(15),
    )
    async def test_that_is_no_token_at_all_is_malformed(self, token: str, verifier: TokenVerifier) -> None:
        with pytest.raises(Unauthenticated) as refused:
            await verifier.verify(token, now=NOW)

        assert refused.value.code == "TOKEN_MALFORMED"

    async def test_longer_than_8192_characters_is_refused_unread(
        self, issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        padding = 8192 - len(issuer.token(note="", now=NOW)) - 10
        fits = issuer.token(note="x" * (padding * 3 // 4), now=NOW)
        too_long = issuer.token(note="x" * padding, now=NOW)

        assert await verifier.verify(fits, now=NOW)
        assert await refusal_of(verifier, too_long) == "TOKEN_MALFORMED"

    @settings(deadline=None)
    @given(
        header=st.fixed_dictionaries(
            {"alg": st.just("ES256") | ANYTHING},
            optional=dict.fromkeys(("kid", "typ", "crit", "b64", "jwk", "x5c"), ANYTHING),
        ),
        payload=st.just(json.dumps({"iss": LOCAL_ISSUER}).encode()) | st.binary(),
        signature=st.binary(),
    )
    async def test_of_any_shape_gets_an_answer_with_a_code(
        self, header: dict[str, Any], payload: bytes, signature: bytes
    ) -> None:
        with pytest.raises(Unauthenticated) as refused:
            await HARDENED.verify(f"{encoded(header)}.{encoded(payload)}.{encoded(signature)}", now=NOW)

        assert refused.value.sentence.endswith(".")


HARDENED = a_development_verifier(LocalKey(ECKey.generate_key("P-256", auto_kid=True)))


class TestKeysOfAnIssuer:
    async def test_are_fetched_once_however_many_ask_at_the_same_time(
        self, issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        tokens = [issuer.token(subject=f"patient-{number}", now=NOW) for number in range(20)]

        viewers = await asyncio.gather(*(verifier.verify(token, now=NOW) for token in tokens))

        assert len({viewer.subject for viewer in viewers}) == 20
        assert issuer.requests == {DISCOVERY: 1, "/keys": 1}

    async def test_still_arrive_when_the_first_to_ask_gives_up(
        self, issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        first, second = (issuer.token(subject=name, now=NOW) for name in ("sam", "kim"))
        gives_up = asyncio.create_task(verifier.verify(first, now=NOW))
        await asyncio.sleep(0)

        gives_up.cancel()

        assert (await verifier.verify(second, now=NOW)).subject == "kim"

    async def test_may_be_rotated_at_any_time(self, issuer: LocalIssuer, verifier: TokenVerifier) -> None:
        old = issuer.token(subject="sam", now=NOW)
        await verifier.verify(old, now=NOW)

        issuer.rotate("RS256")
        later = NOW + timedelta(seconds=10)
        new = issuer.token(subject="kim", now=later)

        assert (await verifier.verify(new, now=later)).subject == "kim"
        assert (await verifier.verify(old, now=later)).subject == "sam"

    async def test_that_were_withdrawn_stop_working_within_six_minutes(
        self, issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        token = issuer.token(now=NOW)
        await verifier.verify(token, now=NOW)
        await verifier.verify(token, now=NOW + timedelta(minutes=4, seconds=59))

        issuer.rotate(keep_old=False)

        assert await refusal_of(verifier, token, now=NOW + timedelta(minutes=6)) == "TOKEN_SIGNATURE"

    async def test_are_not_hammered_by_tokens_with_unknown_keys(
        self, issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        await verifier.verify(issuer.token(now=NOW), now=NOW)

        for second in range(30):
            bad = issuer.token(header={"kid": f"unknown-{second}"}, now=NOW)
            assert await refusal_of(verifier, bad, now=NOW + timedelta(seconds=second)) == "TOKEN_SIGNATURE"

        assert issuer.requests["/keys"] == 3

    async def test_serve_on_for_a_day_while_the_issuer_is_out(
        self, issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        token = issuer.token(lives=timedelta(days=3), now=NOW)
        unknown = issuer.token(header={"kid": "unknown"}, lives=timedelta(days=3), now=NOW)
        await verifier.verify(token, now=NOW)

        issuer.stop()

        for hours in (1, 12, 24):
            assert await verifier.verify(token, now=NOW + timedelta(hours=hours))
        assert await refusal_of(verifier, unknown, now=NOW + timedelta(hours=24)) == "ISSUER_UNREACHABLE"
        assert await refusal_of(verifier, token, now=NOW + timedelta(hours=25)) == "ISSUER_UNREACHABLE"

    async def test_are_found_again_when_the_issuer_comes_back(
        self, issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        issuer.stop()
        token = issuer.token(now=NOW)
        assert await refusal_of(verifier, token) == "ISSUER_UNREACHABLE"

        issuer.start()

        assert await refusal_of(verifier, token, now=NOW + timedelta(seconds=9)) == "ISSUER_UNREACHABLE"
        assert await verifier.verify(token, now=NOW + timedelta(seconds=10))

    @pytest.mark.parametrize(
        "discovery",
        [{"issuer": "https://evil.example.org"}, {"jwks_uri": None}, {"jwks_uri": "http://127.0.0.1:1/keys"}],
        ids=["another issuer", "no address of keys", "nobody there"],
    )
    async def test_of_a_wrong_discovery_document_are_not_used(
        self, discovery: dict[str, Any], issuer: LocalIssuer, verifier: TokenVerifier
    ) -> None:
        issuer.discovery = discovery

        assert await refusal_of(verifier, issuer.token(now=NOW)) == "ISSUER_UNREACHABLE"

    async def test_beside_keys_of_other_kinds_are_found(self, issuer: LocalIssuer, verifier: TokenVerifier) -> None:
        encrypting = RSAKey.generate_key(2048, {"use": "enc", "kid": "enc"}).as_dict(private=False)
        issuer.extra_keys = [
            dict(encrypting),
            {"kty": "oct", "k": "c2VjcmV0", "kid": "oct"},
            {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA", "kid": "post-quantum"},
            {"kty": "EC", "crv": "P-256K", "x": "AA", "y": "AA"},
            {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "not on the curve"},
            {"kty": "RSA", "n": "w" * 171, "e": "AQAB", "kid": "1024 bits"},
            {"kty": ["EC"]},
            {},
        ]

        assert await verifier.verify(issuer.token(now=NOW), now=NOW)


class TestRecentTokens:
    def test_forget_the_oldest_when_there_are_too_many(self) -> None:
        recent = RecentTokens()
        viewer = Viewer(role=Role.PATIENT, subject="sam")

        for number in range(RecentTokens.SIZE + 1):
            recent.add(number.to_bytes(32, "big"), viewer, now=NOW)

        assert len(recent) == RecentTokens.SIZE
        assert recent.get((0).to_bytes(32, "big"), now=NOW) is None
        assert recent.get((1).to_bytes(32, "big"), now=NOW) == viewer

    @pytest.mark.parametrize("seconds", [60, -1])
    def test_are_forgotten_after_a_minute_or_when_the_clock_is_set_back(self, seconds: int) -> None:
        recent = RecentTokens()
        recent.add(b"digest", Viewer(role=Role.PATIENT, subject="sam"), now=NOW)

        assert recent.get(b"digest", now=NOW + timedelta(seconds=seconds)) is None


class TestKeyFiles:
    def test_are_made_once_for_their_owner_only(self, tmp_path: Path) -> None:
        path = tmp_path / "data" / "audit.key"

        first, second = secret_key(path), secret_key(path)

        assert first == second
        assert len(first) == 32
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert os.listdir(path.parent) == ["audit.key"]

    def test_differ_from_one_another(self, tmp_path: Path) -> None:
        assert secret_key(tmp_path / "audit.key") != secret_key(tmp_path / "links.key")

    @pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
    def test_that_are_broken_are_named_and_left_alone(self, content: bytes, tmp_path: Path) -> None:
        path = tmp_path / "audit.key"
        path.write_bytes(content)

        with pytest.raises(BrokenKeyFile) as refused:
            secret_key(path)

        assert str(path) in refused.value.sentence
        assert path.read_bytes() == content

    @pytest.mark.parametrize(
        "content",
        [
            "",
            "{}",
            "[]",
            "not json",
            '{"kty": "EC", "crv": "P-256"}',
            '{"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA"}',
            json.dumps(ECKey.generate_key("P-256").as_dict(private=False)),
            json.dumps(ECKey.generate_key("P-384").as_dict(private=True)),
        ],
        ids=range(8),
    )
    def test_of_the_development_key_are_checked_too(self, content: str, tmp_path: Path) -> None:
        path = tmp_path / "dev-key.json"
        path.write_text(content)

        with pytest.raises(BrokenKeyFile) as refused:
            LocalKey.load(path)

        assert str(path) in refused.value.sentence

    def test_agree_when_eight_threads_start_together(self, tmp_path: Path) -> None:
        for attempt in range(10):
            path, together = tmp_path / str(attempt) / "dev-key.json", Barrier(8)

            def load(path: Path = path, together: Barrier = together) -> str | None:
                together.wait()
                return LocalKey.load(path).key.kid

            with ThreadPoolExecutor(8) as threads:
                loads = [threads.submit(load) for _ in range(8)]

            assert len({load.result() for load in loads}) == 1

    def test_agree_when_eight_processes_start_together(self, tmp_path: Path) -> None:
        script = (
            "import pathlib, sys; from suivi.core.access.keys import secret_key\n"
            "print(flush=True); sys.stdin.readline(); print(secret_key(pathlib.Path(sys.argv[1])).hex())"
        )
        command = [sys.executable, "-c", script, str(tmp_path / "data" / "audit.key")]
        starters = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(8)
        ]
        for starter in starters:
            assert starter.stdout is not None
            starter.stdout.readline()

        for starter in starters:
            assert starter.stdin is not None
            starter.stdin.write("\n")
            starter.stdin.flush()
        secrets = [starter.communicate()[0].strip() for starter in starters]

        assert len(secrets[0]) == 64
        assert set(secrets) == {secrets[0]}
