"""Public link shorteners: carriers block texts with these, because nobody can see where they lead."""

SHORTENERS = frozenset((
    *("adf.ly", "bit.do", "bit.ly", "bitly.com", "bl.ink", "buff.ly", "clck.ru", "cutt.ly", "dlvr.it", "goo.gl"),
    *("is.gd", "j.mp", "lnkd.in", "mcaf.ee", "ow.ly", "qr.ae", "rb.gy", "rebrand.ly", "s.id", "short.gy", "short.io"),
    *("shorte.st", "shorturl.at", "snip.ly", "soo.gd", "t.co", "t.ly", "t2m.io", "tiny.cc", "tiny.one", "tinyurl.com"),
    *("trib.al", "urlz.fr", "v.gd", "x.co"),
))  # fmt: skip
