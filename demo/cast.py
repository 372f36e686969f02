"""The sample city of Qingchuan (晴川市): its institutions and people, all invented, with numbers that check."""

from dataclasses import dataclass

PASSPHRASE = "a-demo-passphrase-for-one-seat"  # noqa: S105 - the seats of the story share it, and say so
_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
REGION = "510800"
AWAY_REGION = "510900"


def credit_code(kind: str, number: int, region: str = REGION) -> str:
    """Return a credit code with right check characters: `kind` is its first two signs."""
    body = f"{number:08d}"
    rest = -sum(int(d) * w for d, w in zip(body, _BODY_WEIGHTS, strict=True)) % 11
    code = f"{kind}{region}{body}{'X' if rest == 10 else rest}"
    total = sum(_CODE.index(c) * w for c, w in zip(code, _WEIGHTS, strict=True))
    return code + _CODE[-total % 31]


def resident_number(number: int) -> str:
    """Return a resident number with a right check character; born between 1960 and 1989."""
    day = f"{1960 + number % 30}{1 + number % 12:02d}{1 + number % 28:02d}"
    body = f"510802{day}{number % 1000:03d}"
    total = sum(int(d) * w for d, w in zip(body, _RESIDENT_WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


@dataclass(frozen=True, slots=True)
class Institution:
    """An organisation of the story."""

    key: str
    name: str
    credit_code: str
    region: str = REGION
    size: str = "other"
    private: bool = False

    @property
    def account_number(self) -> str:
        """Its basic account."""
        return f"6222{self.credit_code[8:16]}0001"


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the story, with the one seat that the account holds."""

    username: str
    seat: str
    institution: str
    name: str
    number: int

    @property
    def resident_number(self) -> str:
        """Their resident number."""
        return resident_number(self.number)


INSTITUTIONS = (
    Institution("centre", "晴川市公共资源交易中心", credit_code("12", 10)),
    Institution("bureau", "晴川市城市建设局", credit_code("11", 20)),
    Institution("hospital", "晴川市人民医院", credit_code("12", 21)),
    Institution("agency", "明镜招标代理有限公司", credit_code("91", 30), size="small", private=True),
    Institution("notary", "晴川市公证处", credit_code("12", 40)),
    Institution("regulator", "晴川市发展和改革委员会", credit_code("11", 50)),
    Institution("finance", "晴川市财政局", credit_code("11", 51)),
    Institution("away", "遂和市公共资源交易中心", credit_code("12", 60, AWAY_REGION), AWAY_REGION),
    Institution("bank", "晴川银行股份有限公司", credit_code("91", 70), size="large"),
    Institution("college", "晴川工程职业学院", credit_code("12", 80)),
    Institution("institute", "遂和市建筑设计研究院", credit_code("12", 81, AWAY_REGION), AWAY_REGION),
    Institution("bidder1", "青石建设工程有限公司", credit_code("91", 101), size="medium", private=True),
    Institution("bidder2", "白水路桥集团有限公司", credit_code("91", 102), size="large"),
    Institution("bidder3", "松涛建筑工程有限公司", credit_code("91", 103), size="medium", private=True),
    Institution("bidder4", "云峰市政工程有限公司", credit_code("91", 104), size="medium", private=True),
    Institution("bidder5", "长虹建设集团有限公司", credit_code("91", 105), size="large"),
    Institution("bidder6", "金河路桥工程有限公司", credit_code("91", 106), size="small", private=True),
    Institution("bidder7", "大地工程建设有限公司", credit_code("91", 107), size="medium", private=True),
    Institution("bidder8", "远山建筑安装有限公司", credit_code("91", 108), size="small", private=True),
    Institution("bidder9", "瑞康医疗器械有限公司", credit_code("91", 109), size="small", private=True),
    Institution("bidder10", "仁和医疗设备有限公司", credit_code("91", 110), size="medium", private=True),
    Institution("bidder11", "博爱医学科技有限公司", credit_code("91", 111), size="micro", private=True),
)

_STAFF = (
    ("operator", "operator", "centre", "曹运维"),
    ("auditor", "security_auditor", "centre", "董审计"),
    ("archivist", "archivist", "centre", "费存档"),
    ("witness", "centre_witness", "centre", "郭见证"),
    ("keeper-centre", "custodian", "centre", "韩保管"),
    ("keeper-bureau", "custodian", "bureau", "贾保管"),
    ("keeper-hospital", "custodian", "hospital", "康保管"),
    ("keeper-notary", "custodian", "notary", "雷公证"),
    ("clerk", "procuring_clerk", "bureau", "马经办"),
    ("reviewer", "procuring_reviewer", "bureau", "倪审核"),
    ("host", "host", "bureau", "欧主持"),
    ("clerk-hospital", "procuring_clerk", "hospital", "潘经办"),
    ("reviewer-hospital", "procuring_reviewer", "hospital", "秦审核"),
    ("host-hospital", "host", "hospital", "任主持"),
    ("agent", "agency_lead", "agency", "沈代理"),
    ("supervisor", "supervisor", "regulator", "唐监督"),
    ("supervisor-finance", "supervisor", "finance", "万监督"),
    ("issuer", "issuer", "bank", "谢出函"),
    ("witness-away", "centre_witness", "away", "阎见证"),
    ("delegate", "expert", "bureau", "彭代表"),
    ("delegate-hospital", "expert", "hospital", "韦代表"),
)
_EXPERTS = (
    *((f"expert{n}", "college") for n in range(1, 7)),
    *((f"expert{n}", "institute") for n in range(7, 13)),
)
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫"
_GIVEN = ("思远", "明华", "立新", "志强", "文静", "国栋", "晓岚", "建平", "海燕", "长青", "若梅", "振宇")

PEOPLE = (
    *(Person(u, s, i, n, 200 + k) for k, (u, s, i, n) in enumerate(_STAFF)),
    *(Person(u, "expert", i, f"{_SURNAMES[k]}{_GIVEN[k]}", 300 + k) for k, (u, i) in enumerate(_EXPERTS)),
    *(
        Person(f"bidder{n}", "bidder", f"bidder{n}", f"{_SURNAMES[-n]}{_GIVEN[n]}", 400 + n)
        for n in range(1, 12)
    ),
)


def institution(key: str) -> Institution:
    """Return an institution by its key."""
    return next(i for i in INSTITUTIONS if i.key == key)


def person(username: str) -> Person:
    """Return a person by username."""
    return next(p for p in PEOPLE if p.username == username)
