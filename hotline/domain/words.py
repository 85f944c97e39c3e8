"""The closed sets of the field: codes as other systems see them, names as people read them."""

from enum import StrEnum


class Named(StrEnum):
    """A code with its Chinese (`zh`) and English (`en`) name."""

    zh: str
    en: str

    def __new__(cls, code: str, zh: str = "", en: str = "") -> "Named":
        member = str.__new__(cls, code)
        member._value_ = code
        member.zh = zh
        member.en = en
        return member

    def name_in(self, language: str) -> str:
        return self.en if language == "en" else self.zh


class Kind(Named):
    """What the citizen wants (诉求类型)."""

    CONSULT = "consult", "咨询", "enquiry"
    HELP = "help", "求助", "request for help"
    COMPLAINT = "complaint", "投诉", "complaint"
    REPORT = "report", "举报", "report of wrongdoing"
    SUGGESTION = "suggestion", "建议", "suggestion"
    PRAISE = "praise", "表扬", "praise"


class Urgency(Named):
    """How fast (紧急程度); 疑难 is set only by approval."""

    CRITICAL = "critical", "特急", "critical"
    URGENT = "urgent", "紧急", "urgent"
    NORMAL = "normal", "一般", "normal"
    COMPLEX = "complex", "疑难", "complex"


class Channel(Named):
    """The way a complaint came in (来源渠道)."""

    WEB = "web", "网站", "web"
    MAILBOX = "mailbox", "邮箱", "mailbox"
    PHONE = "phone", "电话", "telephone"
    LETTER = "letter", "来信", "letter"
    VISIT = "visit", "来访", "visit"
    LEADER = "leader", "领导交办", "leader"
    MEDIA = "media", "媒体", "media"
    VIDEO = "video", "视频采集", "video"
    OPEN311 = "open311", "Open311", "Open311"
    EXCHANGE = "exchange", "平台交换", "exchange"
    OTHER = "other", "其他", "other"


class Party(Named):
    """Whose matter it is (诉求主体): a person's, or that of an enterprise with limits of its own."""

    CITIZEN = "citizen", "个人", "a person"
    ENTERPRISE = "enterprise", "企业", "an enterprise"


class Tongue(Named):
    """What the citizen speaks (语言或方言); the centre has seats for dialects and foreign languages."""

    MANDARIN = "mandarin", "普通话", "Mandarin"
    SICHUANESE = "sichuanese", "四川话", "Sichuanese"
    CANTONESE = "cantonese", "粤语", "Cantonese"
    MIN = "min", "闽南话", "Southern Min"
    WU = "wu", "吴语", "Wu"
    HAKKA = "hakka", "客家话", "Hakka"
    TIBETAN = "tibetan", "藏语", "Tibetan"
    UYGHUR = "uyghur", "维吾尔语", "Uyghur"
    MONGOLIAN = "mongolian", "蒙古语", "Mongolian"
    ENGLISH = "english", "英语", "English"
    JAPANESE = "japanese", "日语", "Japanese"
    KOREAN = "korean", "韩语", "Korean"
    SIGN = "sign", "手语", "sign language"
    OTHER = "other", "其他", "other"


class Role(Named):
    """Who acts (角色); the last three are not accounts."""

    AGENT = "agent", "话务员", "call agent"
    DISPATCHER = "dispatcher", "派单员", "dispatcher"
    CLERK = "clerk", "承办单位联络员", "department clerk"
    LEADER = "leader", "承办单位领导", "department leader"
    SUPERVISOR = "supervisor", "督办员", "supervisor"
    CALLBACK = "callback", "回访员", "caller-back"
    INSPECTOR = "inspector", "质检员", "inspector"
    SHIFT_LEAD = "shift_lead", "值班长", "shift lead"
    DIRECTOR = "director", "热线办主任", "director"
    SYSADMIN = "sysadmin", "系统管理员", "system administrator"
    SECADMIN = "secadmin", "安全管理员", "security administrator"
    AUDITOR = "auditor", "审计员", "auditor"
    CITIZEN = "citizen", "诉求人", "citizen"
    SYSTEM = "system", "系统", "the system"
    OPERATOR = "operator", "运维（命令行）", "operator"


ACCOUNTS = tuple(role for role in Role if role not in (Role.CITIZEN, Role.SYSTEM, Role.OPERATOR))
CENTRE = frozenset(
    {
        Role.AGENT,
        Role.DISPATCHER,
        Role.SUPERVISOR,
        Role.CALLBACK,
        Role.INSPECTOR,
        Role.SHIFT_LEAD,
        Role.DIRECTOR,
    }
)
DEPARTMENT = frozenset({Role.CLERK, Role.LEADER})


class Satisfaction(Named):
    """What the citizen says of the result (满意度), on the scale of the 好差评 system."""

    VERY_GOOD = "5", "非常满意", "very satisfied"
    GOOD = "4", "满意", "satisfied"
    FAIR = "3", "基本满意", "fairly satisfied"
    POOR = "2", "不满意", "dissatisfied"
    VERY_POOR = "1", "非常不满意", "very dissatisfied"


class Decline(Named):
    """Why a complaint is told elsewhere (不予受理的理由, domain rules of 北京 art. 11 and others)."""

    EMERGENCY = "EMERGENCY", "紧急警情", "an emergency for 110, 119, 120 or 122"
    LITIGATION = "LITIGATION", "诉讼或仲裁", "before a court or arbitrator"
    REVIEW = "REVIEW", "行政复议", "under administrative review"
    DISCIPLINE = "DISCIPLINE", "纪检监察", "a matter of discipline inspection"
    XINFANG = "XINFANG", "已进入信访程序", "already a petition"
    OGI = "OGI", "政府信息公开", "a request for government information"
    IN_PROGRESS = "IN_PROGRESS", "正在办理且无新事实", "being handled, no new fact"
    DONE = "DONE", "已依法办结且无新事实", "lawfully closed, no new fact"
    SECRET = "SECRET", "涉及秘密或隐私", "secret or private matter"
    OUT_OF_DUTY = "OUT_OF_DUTY", "超出政府职责", "beyond the government's duty"
    UNLAWFUL = "UNLAWFUL", "违反法律或公序良俗", "against law or good morals"
    OUT_OF_AREA = "OUT_OF_AREA", "不属本市管辖", "not this city's"
    PARTY_MILITARY = "PARTY_MILITARY", "党委人大政协法检军队事项", "party, court or military matter"
    ABUSE = "ABUSE", "恶意占用线路", "abuse of the line"


class Pause(Named):
    """Why the clock may stop (中止计时的理由)."""

    AWAIT_CITIZEN = "AWAIT_CITIZEN", "等待诉求人补充", "waiting for the citizen"
    AWAIT_TEST = "AWAIT_TEST", "检测鉴定", "testing or appraisal"
    AWAIT_ENTRY = "AWAIT_ENTRY", "暂不具备施工条件", "works cannot start yet"
    DISASTER = "DISASTER", "自然灾害等不可抗力", "disaster or force majeure"


class Truth(Named):
    """Does the matter stand as told (诉求是否属实)?"""

    YES = "yes", "属实", "true"
    PARTLY = "partly", "部分属实", "partly true"
    NO = "no", "不属实", "not true"


class Reached(Named):
    """What a call-back came to (回访结果)."""

    REACHED = "reached", "已接通", "reached"
    UNREACHABLE = "unreachable", "无人接听", "no answer"
    BUSY = "busy", "占线", "busy"
    WRONG_NUMBER = "wrong_number", "号码有误", "wrong number"
    DECLINED = "declined", "拒绝回访", "declined"
    LATER = "later", "约定再呼", "asked to be called again"
    NO_NUMBER = "no_number", "没有电话号码", "left no telephone number"


UNANSWERED = frozenset({Reached.UNREACHABLE, Reached.BUSY, Reached.WRONG_NUMBER})  # each is a try


class Verdict(Named):
    """A ruling on a send-back (退单裁定)."""

    UPHOLD = "uphold", "同意退单", "return upheld"
    REFUSE = "refuse", "不同意退单", "return refused"
    ADJUDICATE = "adjudicate", "提交会商", "put to joint adjudication"
    DESIGNATE = "designate", "裁定指定", "unit designated"


class Granted(Named):
    """What became of a request (申请结果)."""

    GRANTED = "granted", "准予", "granted"
    REFUSED = "refused", "驳回", "refused"
    WITHDRAWN = "withdrawn", "撤回申请", "withdrawn"


class PartStep(Named):
    """A step in a part of the work (协办、加派的环节)."""

    SIGN = "sign", "签收", "signed"
    REPORT = "report", "回告", "reported"
    ACCEPT = "accept", "认可", "accepted"
    RETURN = "return", "退回补办", "sent back"


class Judgement(Named):
    """What the supervisor says of an answer to an order (督办审定)."""

    ACCEPT = "accept", "通过", "accepted"
    RETURN = "return", "退回", "returned"
    WITHDRAW = "withdraw", "撤销督办", "withdrawn"


class Ruling(Named):
    """What the director says of an appeal against a verdict (申诉裁定)."""

    UPHOLD = "uphold", "维持原审定", "verdict upheld"
    OVERTURN = "overturn", "撤销督办", "order overturned"


class Cause(Named):
    """Why a case is supervised (督办事由)."""

    OVERDUE = "overdue", "超期", "overdue"
    UNSIGNED = "unsigned", "逾期未签收", "not signed in time"
    URGED = "urged", "群众多次催办", "urged by the citizen"
    DISSATISFIED = "dissatisfied", "回访不满意", "dissatisfied after follow-up"
    REWORK = "rework", "多次重办", "reworked again and again"
    REPEATED = "repeated", "多人反映同一问题", "several callers, one matter"
    INSTRUCTION = "instruction", "领导批示", "a leader's instruction"
    MEDIA = "media", "媒体曝光", "in the media"
    FALSE_CLOSURE = "false_closure", "虚假办结", "false closure"
    UNANSWERED = "unanswered", "督办未回复", "an order left unanswered"
    OTHER = "other", "其他", "other"
