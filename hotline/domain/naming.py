"""People's names in Chinese text, by family name, usual given names, and what stands beside them.

Wide on purpose: before publication a word too much taken out is mended by the editor, a name left
is not. Who reads the text afterwards is domain/typical's second person.
"""

import re

SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛"
    "奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康"
    "伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵"
    "席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁"
    "宣邓郁单杭洪包诸左石崔吉龚程邢裴陆荣翁荀甄曲封段富巫乌焦巴弓牧隗山谷车侯宓蓬全班仰秋仲伊"
    "宫宁仇栾刘叶黎白赖卓池乔谭劳申冉桑桂牛边温庄晏柴瞿阎连习艾容向古易廖耿满欧聂曾关游楚闫肖龙"
)
RARELY = "水云时乐和明计成平经解干应支管路危强单富全仰秋山车房满连容易向古包班封谷弓牧习谈喻费花昌席项边元于关常楚龙劳"
USUAL = "".join(
    one for one in SURNAMES if one not in RARELY
)  # where nothing else says it is a name
DOUBLE = "欧阳|上官|司马|诸葛|令狐|皇甫|尉迟|夏侯|东方|慕容|司徒|端木|公孙|长孙|宇文|轩辕|南宫|西门|独孤|完颜"
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国文志海春晓东小雪琴云飞鹏辉玲燕丹"
    "萍波斌宇浩凯鑫俊帅博琳婷雅佳欣怡悦涵轩梓子若雨诗思嘉宏洪永德福贵富金银宝财生林森树松柏根龙虎"
    "凤莲花荷菊香珍珠翠芬蓉莉薇倩颖慧惠淑贞贤良善义礼智信仁忠孝庆祥瑞吉祝寿康宁安定和顺兴旺发达成"
    "功胜利立新民权党政卫光荣耀星月阳晨旭曦朝夕晴朗天宝青山川江河湖润泽清源长久远大方正直毅恒坚铁"
    "钢锋锐剑威武雄壮振奋勤俭学才彦哲睿诚恩爱喜乐欢笑秋冬夏炎煜灿烨焕然一诺心妍妮媛婉娇嫣菲菁莹瑶"
    "琪瑾璐瑜珊琼珂玥可乔伊依亦奕逸宜艺意语言雯雁鸿鹤鸣岩峰岭岚崇嵩峻卓越进远航帆舟图亮彬君钧铭钰"
    "全友有万世传家继祖耕守先启昌盛隆丰裕满美芝兵昊坤乾元亨如素月仙巧满根水火土木田冰冬铃开来运道"
    "洁楠萱芷璇羽翔晶赫彤希沛霖泉鹭超群虹彩霄蕾苗苹茜芸芹芮蕊琰琛琦璟珏皓皎晖晗昕昱昭晋普尚向"
)
COMMON = "".join(one for one in GIVEN if one not in "大和发开进方全有向来运土地水道世家长")
ALONE = (  # given names of one sign, as usual as names
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚英华兰红梅辉玲燕丹萍波斌宇浩凯鑫俊帅博琳婷佳欣怡悦"
    "雪琴云飞鹏龙虎莉薇倩颖慧宁康毅锋雷亮彬洁楠萱翔晶蕾虹峰岩林森松阳晨旭琪莹瑶"
)
WORDS = (  # that begin like a name and are none
    "高峰|高明|高大|高原|方正|方向|方言|安康|安定|安宁|安全|安静|康乐|常有|白云|白雪|石家|江河|江山|江南|马上"
    "|金花|金银|金星|金桂|华东|华丽|文明|文学|黄金|黄河|梅雨|林木|林立|万一|万元|万家|任意|任一|严明|严正"
    "|田园|花园|温和|柳树|童心|夏天|夏利|金家|华美|宁静|常年|宋元|鲁东|乐意|白天|施恩|范文|庄重|严重|许可"
    "|许多|毛重|卫生|田家|田地|盛大|高铁|高新|高度|唐山|汤泉|荣耀|荣光|龙江|成立|安发|安家|钱一|米兰|盛世|盛华|常满|楚江|向阳|白鹭|东方红|周一|周六|周日|周边|周天"
)
TITLES = (
    "先生|女士|小姐|同志|老师|师傅|大爷|大妈|阿姨|奶奶|爷爷|医生|经理|局长|科长|主任|书记|某某|某"
    "|校长|院长|教授|大姐|大哥|警官|律师|同学|老板"
)
ROLES = (
    "我叫|我是|本人|姓名|名叫|叫做|联系人|投诉人|举报人|反映人|来电人|诉求人|申请人|当事人|负责人|经办人|收款人|付款人|被告|原告"
    "|户主|业主|租客|租户|房东|房主|邻居|住户|居民|村民|村主任|村支书|经理|老板|店主|司机|车主|包工头|工头|中介|主任|书记|法人"
    "|法定代表人|医生|护士|老师|校长|家长|学生|同事|同学|朋友|丈夫|妻子|儿子|女儿|父亲|母亲|哥哥|弟弟|姐姐|妹妹|患者|保安|队长|会计|职工|员工|工人"
)
AFTER = (
    "说|称|讲|表示|告诉|来|去|把|将|在|的|不|拒|拖|欠|打|骂|威胁|态度|要|向|给|和|与|跟|也|又|就|已|没|曾|从"
    "|对|收|签|承诺|答应"
    "|半夜|多次|一直|经常"
)
END = r"(?=[\s，。、；：！？,.;:!?（）()“”\"]|$)"
MARKED = re.compile(
    rf"(?:{DOUBLE}|(?!{WORDS})[{SURNAMES}])[一-鿿]{{0,2}}?(?:{TITLES})"
    rf"|(?<=姓名[：:])[一-鿿]{{2,4}}"
)
TOLD = re.compile(
    rf"((?:{ROLES})[：:是为叫\s]{{0,2}})((?:{DOUBLE})[一-鿿]{{1,2}}|(?!{WORDS})[{SURNAMES}][{GIVEN}]{{1,2}})"
)
LONG = re.compile(
    rf"(?:{DOUBLE})[{COMMON}]{{1,2}}|(?<![感关])(?!{WORDS})[{USUAL}][{COMMON}]{{2}}(?![路街巷区市县镇村园苑])"
)
SHORT = re.compile(
    rf"(?:(?<=[\s，。、；：！？,.;:!?（）()“”])|(?<=^)|(?<=昨天|今天|当时|后来)|(?<=是)|(?<=[和与跟同找问被向由给让叫对及]))"
    rf"(?!{WORDS})[{USUAL}][{ALONE}](?:(?={AFTER})|{END})"
)
INSTEAD = "［姓名］"


COMPOUND = (  # every one there is: whoever gives it as the own name means nothing else
    f"{DOUBLE}|万俟|闻人|赫连|公羊|澹台|公冶|宗政|濮阳|淳于|单于|太叔|申屠|仲孙|钟离|鲜于|闾丘|司空|亓官|司寇"
    "|仉督|子车|颛孙|巫马|公西|漆雕|乐正|壤驷|公良|拓跋|夹谷|宰父|谷梁|段干|百里|东郭|南门|呼延|羊舌|微生|梁丘|左丘|东门"
)
OWN = re.compile(
    rf"(?:{COMPOUND})[一-鿿]{{1,2}}|(?!(?:{WORDS})$)[{SURNAMES}][一-鿿]{{1,3}}"
    r"|[一-鿿]{2,8}[·•][一-鿿·•]{2,12}"
)


# What people write before their own name, or that of their nearest, when they write to the hotline.
# Of who is complained about the same words stand with 被 before them: that name is what is looked into.
ONESELF = (
    r"(?<!被)(?:投诉|举报|反映|来电|诉求|申请|求助|来信|写信)人(?:姓名)?|我叫|我的名字[叫是]|本人姓名|本人|我是"
    r"|(?<![一-鿿])联系人"
)
NEAREST = (
    "我(?:的|家)?(?:丈夫|妻子|爱人|老公|老婆|儿子|女儿|父亲|母亲|爸爸|妈妈|哥哥|弟弟|姐姐|妹妹|爷爷|奶奶"
    "|外公|外婆|孙子|孙女|公公|婆婆|岳父|岳母)"
)
OVER = r"(?=[\s，。、；：！？,.;:!?（）()“”\"0-9]|$|今年|现年|家住|住在|身份证|电话|手机)"
SIGNED = re.compile(
    rf"(?:{ONESELF}|{NEAREST})[：:是为叫\s]{{0,2}}"
    rf"((?:{COMPOUND})[一-鿿]{{1,2}}|(?!{WORDS})[{SURNAMES}][{GIVEN}一二三四五六七八九]{{1,2}}){OVER}"
)


def signed(text: str) -> frozenset[str]:
    """The names by which whoever writes calls himself or his family: 我叫王芳, 举报人：李刚."""
    return frozenset(SIGNED.findall(text))


def without_own(text: str, name: str) -> str:
    """A text without the name that its citizen gave, which stays as 王*.

    Only what can be nothing but a person's name: who signs as 居民 or 高峰 keeps every such word.
    """
    if OWN.fullmatch(name) is None:
        return text
    return text.replace(name, f"{name[0]}{'*' * (len(name) - 1)}")


def without_names(text: str) -> str:
    """Every name that is found, replaced; titles beside it go with it."""
    text = MARKED.sub(INSTEAD, text)
    text = TOLD.sub(lambda found: found.group(1) + INSTEAD, text)
    return SHORT.sub(INSTEAD, LONG.sub(INSTEAD, text))
