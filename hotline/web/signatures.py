"""What is said to a switch or a bridge that is not believed."""

from hotline.domain.errors import Refused


class NotSigned(Refused):
    """Events that are not believed; what is wrong is told, how it would be right is not."""

    def __init__(self, fault: str) -> None:
        super().__init__(*WRONG[fault])
        self.code = f"signature_{fault}"


WRONG = {
    "unset": (
        "本系统未启用通话事件接口，请管理员设置 HOTLINE_CALLS__SECRET。",
        "Call events are not open here: HOTLINE_CALLS__SECRET is not set.",
    ),
    "unsigned": (
        "缺少签名：请带上 X-Hotline-Time 和 X-Hotline-Signature。",
        "Unsigned: send X-Hotline-Time and X-Hotline-Signature.",
    ),
    "stale": (
        "签名时间与本系统相差超过 300 秒，请校准时钟后重新签名。",
        "The signature's time lies more than 300 seconds from ours; sign again.",
    ),
    "forged": (
        "签名不符，请核对密钥和签名方法。",
        "The signature does not match; check secret and method.",
    ),
}


class WrongToken(Refused):
    """The last part of the address is not the bridge's token."""

    code = "wrong_token"

    def __init__(self) -> None:
        super().__init__("地址中的令牌不正确。", "The token in the address is wrong.")
