"""One key for all the addresses of one article. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

TRACKING = re.compile(
    r"(?:utm|at|ns|hsa|pk|piwik|matomo|mtm|itm|stm|oly|guce)_\w+"
    r"|_?hsenc|_hsmi|_ga|_gl|__twitter_impression|__source"
    r"|(?:fb|g|dc|msclk|tw|y|ttc|li_fat_)(?:cl)?id|gbraid|wbraid|igshi?d?"
    r"|s?_?cmp(?:id)?|cmp_?id|intcmp|int_cmp|s?_cid|ocid|icid|ito|ftag|mod|smid|smtyp|partner|emc|xtor|spm|trk|taid|sref"
    r"|mc_[ce]id|mkt_tok|vero_id|wt\.mc_id|wt\.rss_\w+|guccounter|soc_(?:src|trk)|traffic_source"
    r"|ref|ref_?(?:src|url|erer|errer)?|referr?er|via|feed(?:type|name)|rss",
    re.IGNORECASE,
)
"""Parameters that say how a reader came, and never what he reads."""
DEFAULT_PORTS = (80, 443)


def canonical_link(url: str) -> str:
    """The address without what tells two copies of it apart: a key to compare by, not an address to open.

    Tracking parameters, the fragment, a default port, `www.` and a slash at the end go; http becomes https, the host
    lower case, and the parameters that stay are sorted. What is no web address comes back as it is, trimmed.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return url
    if parts.scheme not in ("http", "https") or not host:
        return url
    if ":" in host:
        host = f"[{host}]"
    where = host.removeprefix("www.") + ("" if port in (None, *DEFAULT_PORTS) else f":{port}")
    kept = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
        if not TRACKING.fullmatch(name)
    )
    query = "?" + urlencode(kept, errors="surrogateescape") if kept else ""
    return f"https://{where}{parts.path.rstrip('/')}{query}"
