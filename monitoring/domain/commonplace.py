"""What office software and preinstalled systems write into every file: names that point to nobody."""

import re
import unicodedata

# fmt: off
GENERIC_NAMES = frozenset([
    "admin", "administrator", "administrators", "author", "company", "default", "guest", "home",
    "host", "me", "microsoft", "my", "name", "new", "none", "null", "office", "organisation",
    "organization", "owner", "pc", "personal", "root", "student", "system", "teacher", "test",
    "unknown", "user", "username", "users", "window", "windows", "work", "anonymous", "na", "china",
    "prc", "mcsystem", "acer", "asus", "dell", "hasee", "hp", "huawei", "honor", "lenovo", "samsung",
    "sony", "think", "thinkpad", "toshiba", "xiaomi", "用户", "新用户", "用户名", "微软用户",
    "微软中国", "微软", "作者", "管理员", "系统管理员", "超级管理员", "匿名", "未知", "未命名", "测试",
    "单位", "公司", "组织", "个人", "计算机", "电脑", "我的电脑", "办公", "办公室", "中国", "联想",
    "华为", "惠普", "戴尔", "华硕", "神舟", "雨林木风", "番茄花园", "深度技术", "电脑公司", "系统之家",
    "萝卜家园", "风林火山", "技术员联盟", "sky123.org", "walkinnet",
])
"""Account and company names that many machines carry, as `plain` writes them."""

SOFTWARE_NAMES = frozenset([
    "python-docx", "openpyxl", "xlsxwriter", "apachepoi", "phpword", "phpexcel", "phpspreadsheet",
    "unknowncreator", "docx4j", "aspose", "aspose.words", "spire.doc", "spire.xls", "reportlab",
    "typst", "latex", "tex", "microsoftoffice", "microsoftofficeuser", "microsoftoffice用户",
    "microsoftword", "microsoftexcel", "wps", "wpsoffice", "kingsoft", "kingsoftoffice", "金山",
    "金山软件", "金山办公", "libreoffice", "openoffice", "openoffice.org", "adobe", "acrobat",
    "un-named", "untitled",
])
"""Names that programs put where a person's or a unit's name belongs, as `plain` writes them."""
# fmt: on

DEFAULT_TEMPLATES = frozenset(
    ["normal", "normal.dot", "normal.dotm", "normal.dotx", "normal.wpt", "wpsoffice"]
)
DEFAULT_CREATED = frozenset(
    [
        "2006-09-16T00:00:00Z",  # workbooks of Excel and of libraries that follow it
        "2014-10-29T12:08:00Z",  # documents of WPS Writer
        "2013-12-23T23:15:00Z",  # the template inside python-docx
    ]
)
"""Instants of creation that a program copies from its own template."""

MUTE = 4
"""So many characters without a letter among them name nobody; more may be a telephone or an account."""
_NUMBERED = re.compile(
    r"(?:user|users|用户|admin|administrator|pc|windows|win|windows用户|windowsuser|win用户)\d*"
)


def plain(text: str) -> str:
    """Return a name for comparison: one form of each character, no case, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def is_generic(name: str) -> bool:
    """Say whether a name could stand on anybody's machine: a known one, a numbered one, a stub of one."""
    short = plain(name)
    mute = len(short) <= MUTE and not any(map(str.isalpha, short))
    return mute or len(short) < 2 or short in GENERIC_NAMES or bool(_NUMBERED.fullmatch(short))


def is_software(name: str, software: str = "") -> bool:
    """Say whether a name is a program's: a known one, or that of the program which wrote the file."""
    short = plain(name)
    return short in SOFTWARE_NAMES or bool(short and plain(software).startswith(short))
