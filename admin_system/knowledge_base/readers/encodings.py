"""Bytes of a text file to text, whatever encoding they were written in."""

from __future__ import annotations

import codecs

from admin_system.knowledge_base.errors import UnknownFormat

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""UTF-32 before UTF-16: its mark begins with the other's."""
CHINESE = (("gb18030", "gb2312", 0xB0, 0xD7), ("big5hkscs", "big5", 0xA4, 0xC6))
"""An encoding, the standard inside it, and the first bytes of that standard's common characters
(GB 2312 level 1, Big5 level 1)."""
FREQUENT = frozenset(
    "的一是不了在人有我他这这個个们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于於着著下自之年过過"
    "发發后後作里裡用道行所然家种種事成方多经經么麼去法学學如都同现現当當没沒动動面起看定天分还還进進好小部其些主样樣理心"
    "她本前开開但因只从從想实實日军軍者意无無力它与與长長把机機十民第公此已工使情明性知全三又关關点點正业業外将將两兩高间間"
    "由问問很最重并並物手应應战戰向头頭文体體政美相见見被利什二等产產或新己制身果加西斯月话話合回特代内內信表化老给給世位次"
    "度门門任常先海通教儿兒原东東声聲提立及比员員解水名真论論处處走义義各入几幾口认認条條系气氣题題活尔爾更别別打女变變四神"
    "总總何电電数數安少报報才结結反受目太量再感建务務做接必场場件计計管期市直德资資命山金指克许許统統区區保至队隊形社便空决決"
    "治展马馬科司五基眼书書非则則听聽白却卻界达達光放强強即像难難且权權思王象完设設式色路记記南品住告类類求据據程北边邊死张張"
    "该該交规規万萬取拉格望觉覺术術领領共确確传傳师師观觀清今切院让讓识識候带帶导導争爭运運您号號文字档檔简體繁體测測试試"
)
PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》「」『』—…·〈〉【】　％")
DOUBT = 0.35
"""Mean score below which a text is not taken for Chinese; real text has .6 and more, other
languages read as Chinese have rare characters only."""
BROKEN = 0.002
"""Share of unreadable characters that a damaged Chinese text may have."""
DAMAGED = 0.1
"""Broken sequences of bytes for each whole one beyond ASCII in what is still UTF-8; a text in any
other encoding has hardly a whole one."""
OTHERS = ["cp932", "euc_jp", "cp949", "cp1252", "cp1251", "koi8_r", "utf_16"]


def decode_text(data: bytes) -> str:
    """Unicode by its mark, UTF-16 by its zeros, strict UTF-8, GB18030 or Big5, then a detector.

    Bytes alone cannot tell GBK from Big5: most short texts are valid in both. The reading with
    the more usual characters wins, GB18030 where both are as good. Raises UnknownFormat.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    wide = _find_utf16(data)
    if wide:
        return data.decode(wide, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if chinese := decode_chinese(data):
        return chinese
    damaged = data.decode("utf-8", "replace")
    broken = damaged.count("\ufffd")
    whole = sum(ord(character) > 127 for character in damaged) - broken
    if broken <= DAMAGED * whole:
        return damaged
    return _detect(data)


def decode_chinese(data: bytes) -> str:
    """Bytes in GB18030 or Big5; empty where they make sense in neither."""
    readings = [(-_score(data, *encoding), i) for i, encoding in enumerate(CHINESE)]
    score, best = min(readings)
    return data.decode(CHINESE[best][0], "replace") if -score >= DOUBT else ""


def _find_utf16(data: bytes) -> str:
    start = data[:4096]
    if start[1::2].count(0) > len(start) / 8 and not start[::2].count(0):
        return "utf-16-le"
    if start[::2].count(0) > len(start) / 8 and not start[1::2].count(0):
        return "utf-16-be"
    return ""


def _score(data: bytes, encoding: str, standard: str, first: int, last: int) -> float:
    """Mean over the characters beyond ASCII: 1 frequent or punctuation, .5 common, 0 rare."""
    text = data[:200_000].decode(encoding, "replace")
    if len(data) > 200_000:
        text = text[:-1]
    beyond = [character for character in text if ord(character) > 127]
    if not beyond or beyond.count("\ufffd") > BROKEN * len(text):
        return 0.0
    total = 0.0
    for character in beyond:
        if character in FREQUENT or character in PUNCTUATION:
            total += 1.0
            continue
        try:
            lead = character.encode(standard)[0]
        except UnicodeEncodeError:
            continue
        total += 0.5 * (first <= lead <= last)
    return total / len(beyond)


def _detect(data: bytes) -> str:
    from charset_normalizer import from_bytes

    found = from_bytes(data, cp_isolation=OTHERS).best()
    if found is None:
        raise UnknownFormat("document_unknown_encoding")
    return str(found)
