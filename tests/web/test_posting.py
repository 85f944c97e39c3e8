"""What a stranger posts as a form: names of any bytes, bodies that break off; never a crash, no file left."""

import gc
from collections.abc import Iterator

from aiohttp import ClientResponse

from tests.web.api_support import OWN_PAGE, PNG, Client, form_token, signed_in

CONTROLS = (b"\x00", b"\x01", b"\t", b"\x1b", b"\x7f", "\x9f".encode())
ODD = (*CONTROLS, b"\n", b"\r", b"\xff", b"\r\nX: y", b"%00", b"%0d%0a", b'\\"', b"\r\n\r\n")
API, PAGES = "/api/v1/attachments", ("/complaints/new", "/office/login")
TYPE = {"Content-Type": "multipart/form-data; boundary=b", **OWN_PAGE}


def part(disposition: bytes, header: bytes = b"Content-Type: image/png") -> bytes:
    told = b"--b\r\nContent-Disposition: " + disposition + b"\r\n" + header
    return told + b"\r\n\r\n" + PNG + b"\r\n--b--\r\n"


def shapes(odd: bytes) -> Iterator[tuple[bool, bytes]]:
    """Whether it may be taken after all, and the body."""
    plain = b'form-data; name="file"; filename="a.png"'
    yield False, part(b'form-data; name="fi%sle"; filename="a.png"' % odd)
    yield False, part(b'form-data; name="file"; filename="a%s.png"' % odd)
    yield False, part(b"form-data; name=\"file\"; filename*=utf-8''%s.png" % odd)
    yield True, part(b"form-data; name=\"file\"; filename*=%s''a.png" % odd)
    yield True, part(b'form-data%s; name="file"; filename="a.png"' % odd)
    yield True, part(plain, b"Content-Type: image/" + odd)
    yield True, part(plain, b"X-%s: %s" % (odd, odd))
    yield True, part(plain, b"Content-Transfer-Encoding: " + odd)
    yield True, part(plain, b"Content-Encoding: " + odd)
    yield True, part(plain, b"Content-Length: " + odd)
    yield True, part(plain)[: -6 - len(odd)]


async def told(answer: ClientResponse) -> str:
    """The problem's words, or the page's."""
    if answer.content_type == "application/problem+json":
        return str((await answer.json())["detail"])
    return await answer.text()


async def test_control_characters_in_names_are_a_problem_and_no_crash(client: Client) -> None:
    doors = ((API, ODD), *((page, CONTROLS[:2]) for page in PAGES))
    for door, odd in ((door, odd) for door, found in doors for odd in found):
        for may_pass, body in shapes(odd):
            answer = await client.post(door, data=body, headers=TYPE, allow_redirects=False)
            said, at = await told(answer), (door, odd, body[:90], answer.status)
            assert answer.status < 500, at
            assert answer.status >= 400 or may_pass or odd not in CONTROLS, at
            if answer.status >= 400:
                assert any("\u4e00" <= sign <= "\u9fff" for sign in said), at


async def test_the_name_at_fault_is_told(client: Client) -> None:
    body = part(b"form-data; name=\"file\"; filename*=utf-8''a%1bb.png")
    answer = await client.post("/api/v1/attachments", data=body, headers=TYPE)
    problem = await answer.json()
    assert (answer.status, problem["errors"][0]["field"]) == (422, "file")
    assert "控制字符" in problem["detail"]


async def test_no_file_of_a_broken_form_stays_open(client: Client) -> None:
    """Warnings are errors here: one file that nobody closed ends the run."""
    good = part(b'form-data; name="files"; filename="a.png"')[: -len("--b--\r\n")]
    for end in (
        b"--b\r\nContent-Disposition: \x00\r\n\r\nx",
        b"--b\r\n\r\nno name\r\n--b--\r\n",
        b"--b\r\nbroken",
    ):
        answer = await client.post("/complaints/new", data=good * 3 + end, headers=TYPE)
        assert 400 <= answer.status < 500, end
    many = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\nx\r\n' for _ in range(201)
    )
    answer = await client.post("/complaints/new", data=many + b"--b--\r\n", headers=TYPE)
    assert answer.status == 413
    gc.collect()


async def test_a_form_of_staff_may_come_in_parts_and_its_texts_are_read(client: Client) -> None:
    await signed_in(client, "shift_lead")
    page = await (await client.get("/office/rules/files")).text()
    token = form_token(page)
    rows = [(b"token", token.encode()), (b"do", b"try"), (b"rules", "不是 TOML".encode())]
    body = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % row for row in rows
    )
    answer = await client.post("/office/rules/files", data=body + b"--b--\r\n", headers=TYPE)
    assert answer.status < 500 and "不是 TOML" in await answer.text()
