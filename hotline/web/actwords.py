"""The record of acts in words: what was done, and about what, as an auditor reads it.

The record itself keeps codes, for its hashes are taken of them; a code without words is shown as it is.
"""

from collections.abc import Mapping
from typing import Any

from hotline.domain.words import Named, Role
from hotline.web.actfacts import FACTS

ACTS: Mapping[str, tuple[str, str]] = {
    "sign_in": ("登录", "signed in"),
    "sign_out": ("退出登录", "signed out"),
    "password_changed": ("修改密码", "changed the password"),
    "factor_begin": ("启用动态口令", "turned the second factor on"),
    "factor_codes": ("换发恢复码", "took new recovery codes"),
    "factor_replace": ("更换动态口令", "replaced the second factor"),
    "invitation_taken": ("启用账号", "took an invitation"),
    "directory_linked": ("绑定统一登录", "linked the city's sign-in"),
    "directory_unlinked": ("解除统一登录", "unlinked the city's sign-in"),
    "email_changed": ("修改通知邮箱", "changed the mail address"),
    "account_add_asked": ("申请新增账号", "asked for an account"),
    "account_role_asked": ("申请变更角色", "asked for another role"),
    "account_enable_asked": ("申请启用账号", "asked to enable an account"),
    "account_reset_asked": ("申请重置管理员密码", "asked to reset an administrator"),
    "account_add_refused": ("不同意新增账号", "refused an account"),
    "account_role_refused": ("不同意变更角色", "refused another role"),
    "account_enable_refused": ("不同意启用账号", "refused to enable an account"),
    "account_reset_refused": ("不同意重置密码", "refused a reset"),
    "account_added": ("新增账号", "added an account"),
    "account_role": ("变更角色", "changed a role"),
    "account_enable": ("启用账号", "enabled an account"),
    "account_disable": ("停用账号", "disabled an account"),
    "account_reset": ("重置密码", "reset a password"),
    "token_added": ("发放接口令牌", "gave a machine's token"),
    "callback_undone": ("撤销回访呼叫", "took a call-back's call back"),
    "reveals_searched": ("查询查看记录", "searched the reveals"),
    "reveals_checked": ("核查查看告警", "checked an alarm about reveals"),
    "roster_changed": ("修改值班表", "changed a roster"),
    "rules_published": ("发布规则", "published rules"),
    "rung_retried": ("重试催督", "retried a rung"),
    "automatic_dispatch": ("启停自动派单", "switched automatic dispatch"),
    "shadow_run": ("候选模型试运行", "ran a candidate model"),
    "alert.acknowledged": ("确认预警", "acknowledged an alert"),
    "letter.judge": ("处置待定邮件", "judged a letter"),
    "address.clear": ("清除退信标记", "cleared a marked address"),
    "call_emergency": ("一键转接紧急热线", "called an emergency line in"),
    "call_linked": ("关联来电与诉求", "linked a call to a case"),
    "call_command": ("操作通话", "used a key of a call"),
    "missed_call": ("回拨未接来电", "called a missed caller back"),
    "call_try": ("登记催办电话", "noted a call to a department"),
    "missed_try": ("登记未接来电回拨", "noted a call back"),
    "recording_played": ("播放录音", "played a recording"),
    "calls_expired": ("删除到期话务原始记录", "deleted raw call events that expired"),
    "recordings_expired": ("删除到期录音", "deleted recordings that expired"),
    "bulletin_put": ("发布公告", "put up a bulletin"),
    "bulletin_withdrawn": ("撤下公告", "withdrew a bulletin"),
    "restriction_asked": ("申请限制来电", "asked for a restriction"),
    "restriction_ruled": ("审批限制来电", "ruled on a restriction"),
    "restriction_lifted": ("解除来电限制", "lifted a restriction"),
    "kept_out": ("设置回避", "kept somebody out of a case"),
    "let_in": ("解除回避", "let somebody in again"),
    "privacy_asked": ("登记个人信息申请", "took a request about personal data"),
    "privacy_decided": ("办理个人信息申请", "decided a request about personal data"),
    "hold": ("设置留存", "put a case on hold"),
    "hold_ended": ("解除留存", "ended a hold"),
    "erased": ("删除个人信息", "erased personal data"),
    "paper_handed_out": ("下载文书", "took a paper away"),
    "export_asked": ("申请导出", "asked for an export"),
    "export_handed_out": ("下载导出文件", "took an export away"),
    "report_built": ("生成报表", "built a report"),
    "report_handed_out": ("下载报表", "took a report away"),
    "report_list_added": ("新增报表收件人", "added a report's reader"),
    "report_list_removed": ("移除报表收件人", "removed a report's reader"),
    "article.written": ("编写知识", "wrote an article"),
    "article.submitted": ("提交知识", "submitted an article"),
    "article.returned": ("退回知识", "returned an article"),
    "article.released": ("发布知识", "released an article"),
    "article.confirmed": ("确认知识有效", "confirmed an article"),
    "article.gap_ended": ("处理缺少的知识", "saw to a question without answer"),
    "article.passed_over": ("放过一件咨询，不转为知识", "passed over a consultation"),
    "article.withdrawn": ("撤下知识", "withdrew an article"),
    "typical.chosen": ("选为典型案例", "chose a case for publication"),
    "typical.written": ("编写典型案例", "wrote a published case"),
    "typical.submitted": ("提交典型案例", "submitted a published case"),
    "typical.returned": ("退回典型案例", "returned a published case"),
    "typical.released": ("发布典型案例", "published a case"),
    "typical.withdrawn": ("撤下典型案例", "withdrew a published case"),
    "inspection_drawn": ("抽取质检样本", "drew a sample for inspection"),
    "inspection_taken_away": ("下载质检结果", "took inspection's results away"),
    "sheet_taken": ("领取质检单", "took a score sheet"),
    "sheet_saved": ("保存质检单草稿", "kept a draft of a score sheet"),
    "sheet_submitted": ("提交质检单", "handed a score sheet in"),
    "sheet_put_back": ("放回质检单", "put a score sheet back"),
    "sheet_appealed": ("申诉质检单", "appealed a score sheet"),
    "sheet_ruled": ("复核质检单", "ruled on a score sheet"),
    "poll.made": ("制作问卷", "made a poll"),
    "poll.open": ("发布问卷", "opened a poll"),
    "poll.closed": ("结束问卷", "closed a poll"),
    "reply_template_kept": ("保存答复模板", "kept a reply template"),
    "reply_template_away": ("停用答复模板", "put a reply template away"),
    "reply_template_back": ("恢复答复模板", "brought a reply template back"),
    "department_planned": ("提出机构调整", "planned a change of departments"),
    "department_agreed": ("同意机构调整", "agreed to a change of departments"),
    "department_refused": ("不同意机构调整", "refused a change of departments"),
    "department_undone": ("撤销机构调整", "took back a change of departments"),
    "department_succeeded": ("机构调整生效", "a change of departments came into force"),
    "department_renamed": ("单位更名", "renamed a department"),
    "department_cases_moved": ("移交诉求", "moved a department's cases"),
    "anchored": ("每日封存", "sealed the day"),
    "intake": ("批量导入", "took a file in"),
    "replay": ("历史回放", "replayed a record"),
    "generate": ("生成演示数据", "made cases up"),
    "labels_exported": ("导出标注", "exported labels"),
    "keys_rotated": ("轮换密钥", "rotated the keys"),
    "notice": ("隐私说明新版本", "put a version of the privacy notice in force"),
    "backup_begun": ("开始备份", "began a backup"),
    "backup": ("备份", "made a backup"),
    "restore": ("恢复备份", "restored a backup"),
    "recount": ("重新统计", "counted anew"),
    "seed": ("初始化数据", "seeded"),
}

ORIGINS = {"internal": ("系统内部", "internal"), "command line": ("命令行", "command line")}

ROLES = {role.value: role for role in Role}
# Actors on record who are no officer: a page says what they are, not an account.
NO_OFFICER = frozenset({Role.SYSTEM.value, Role.OPERATOR.value, Role.CITIZEN.value})


def act(code: str, language: str) -> str:
    """What was done."""
    zh, en = ACTS.get(code, (code, code))
    return en if language == "en" else zh


def who(actor: str, language: str) -> str:
    """`role:name` as the record keeps it, or the name; who is no officer is told by the role alone."""
    role, _, name = actor.partition(":")
    if role in NO_OFFICER:
        return _named(ROLES[role], language)
    return f"{name}（{_named(ROLES[role], language)}）" if role in ROLES and name else actor


def origin(told: str, language: str) -> str:
    """Where it was done: an address as it is, the machine itself in words."""
    return ORIGINS[told][language == "en"] if told in ORIGINS else told


def facts(about: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """What it was about, a name and a value each; what is empty is left out."""
    told = []
    for key, value in about.items():
        if value is not None and value != "" and value != []:
            zh, en = FACTS.get(key, (key, key))
            told.append((en if language == "en" else zh, _value(key, value, language)))
    return told


def _value(key: str, value: Any, language: str) -> str:
    if isinstance(value, bool):
        yes, no = ("yes", "no") if language == "en" else ("是", "否")
        return yes if value else no
    if isinstance(value, list | tuple):
        return ("; " if language == "en" else "；").join(
            _value(key, one, language) for one in value
        )
    if isinstance(value, Mapping):
        return "；".join(f"{name} {told}" for name, told in facts(value, language))
    if key in ("role", "before", "after") and str(value) in ROLES:
        return _named(ROLES[str(value)], language)
    return str(value)


def _named(word: Named, language: str) -> str:
    return word.name_in(language)
