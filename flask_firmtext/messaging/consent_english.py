"""What English words say in a text about texting; see ``consent_meanings``."""

from __future__ import annotations

#: Several words that are read as one.
JOINED = {
    r"(?:leave|let) (?:me|us|my family)(?: the (?:hell|fuck)| tf| hell)? (?:alone|be)": "optout",
    r"(?:^|please |just )(?:go away|get lost|fuck off|piss off|buzz off|remove)$": "optout",
    r"(?:^|im |am )not interested$|(?:emails?|mail|calls?) only$": "optout",
    r"(?:never|didnt|did not) (?:sign|ask)(?:ed)?(?: up)?(?: for (?:this|that|it|any of (?:this|it)))?$": "optout",
    r"stop (?=(?:or|with (?:this|that)|before i|because|cause|bc)\b)": "optout ",
    r"(?:do not|dont|no) (?:call|contact|text) list|dnc(?: list)?": "optout",
    r"block(?:ing|ed)? (?:you|u|(?:your|this) number)|(?:is|reporting|reported|as) (?:spam|junk)": "optout",
    r"^(?:please|pls|plz) (?:dont|do not)$|^(?:dont|do not) (?:please|pls|plz)$": "optout",
    r"(?:youre|you are|ur|u r) (?:bother|harr?ass|annoy|spamm|bugg|pester|disturb)ing": "optout",
    r"(?:remove|delete) \d{3} ?\d{3,4}(?: ?\d{4})?": "optout",
    r"^texting (?:isnt|is not|doesnt|does not|wont)": "dont text me",
    r"un (?:sub\w*|enroll)": "unsubscribe",
    r"opt(?:ing|ed)?(?: (?:me|us|my number|this number))? (?:back )?out": "optout",
    r"(?:get|be|getting|being) (?:removed|deleted|unsubscribed|taken off)": "remove me",
    r"(?:dont|not|never|stop) us(?:e|ing) (?=(?:my|this) (?:number|phone|cell))": "delete ",
    r"(?:cut|knock) it (?:out|off)|(?:lay|back|ease) (?:off|up)|(?:easy|chill)(?: out)? (?:on|with)": "enough",
    r"(?:sick|tired|fed up|done|finished|over it|annoyed|bothered)(?: and tired)? (?:of|with|by)|too many": "enough",
    r"(?:if|next time) you (?:ever )?(?=(?:te?xt|contact|message|call|bother) (?:me|us) again)": "dont ",
    r"(?:not|isnt|arent) (?:the|a) (?:right|correct)": "wrong",
    r"(?:number|phone|cell) belongs to(?! me)": "nobody number",
    r"(?:no|not any) (?:more|longer|further)": "nomore",
    r"(?:do|is|are|am|must|may|will|would) not|(?:instead|rather) (?:of|than)|over (?=te?xt)": "dont ",
    r"(?:hit|hitting|blow|blowing) (?:me |my phone )?up": "texting",
    r"hear(?:ing)? from (?=you|u\b|yall)": "contact ",
    r"stop (?:signs?|lights?)": "light",
    r"(?:you|yall) (?:guys|all|people)": "you",
    r"if you stopped": "if you stop",
}
MEANINGS = {
    "s": "stop stopp stpo sto stoping stahp stawp",
    "S": """cease halt discontinue refrain desist enough quit quitting mute silence disable deactivate hate unwanted
        unnecessary unwelcome unsolicited""",
    "L": "unsub* unsus* optout unenroll unregister",
    "E": """end cancel suspend remove delete drop erase scrub unlist lose loose strike forget block blocking done
        finished""",
    "V": "take taken taking get getting turn switch shut cut keep pull come strip still",
    "F": "off out outta",
    "R": "revoke revoking withdraw withdrawing withdrawn rescind retract revoked",
    "C": "consent permission authorize authorise authorization authorisation",
    "m": "nomore",
    "N": "dont donot dnot dnt never not isnt aint arent no without zero",
    "P": "didnt cant cannot havent hasnt doesnt wasnt wont couldnt",
    "W": """want wants wanted needs wish like care desire wanna wana need interested consented agree agreed prefer
        rather authorized authorised allowed permitted welcome sign signed signing subscribe* ask asked accept
        appreciate requested requesting gave given enroll* use do belongs necessary useful request""",
    "r": "receive receiving recieve recieving",
    "T": "texts txts msgs mesages messages reminders notifications alerts communication* sms mms",
    "A": """text txt texting txting textng texing texted message messaging messaged messging msging msg mesage reminder
        notification alert subscription contact contacting contacted bother* haras* harras* spamming pester* bug
        bugging annoy annoying remind reminding disturb* notify notifying reach reaching""",
    "D": "send sending",
    "B": "call calling write writing email emailing",
    "U": "number numbers num phone cell mobile digits telephone cellphone line",
    "e": "name names",
    "k": "updates update crap junk emails calls",
    "X": "list lists service program system database contacts roster thread",
    "H": "person guy dude man woman lady people",
    "M": "me us my our",
    "Y": "you u yall yours",
    "y": "your ur",
    "f": "office staff team firm assistant secretary paralegal bot computer receptionist",
    "O": """he she they him her them his their hes shes theyre ex exes exs husband* landlord boss collector* counsel
        scammer* neighbor* neighbour* bank lawyer* attorney* opposing side insurance adjuster police detective
        tenant* stalker employer coworker* someone somebody who brother sister dad father mother mom son daughter*
        kids wife* girlfriend boyfriend compan* telemarketer* judge buyer seller school partner agency""",
    "Q": """appointment* meeting* hearing* sale foreclosure payment* eviction* divorce closing support check checks
        contract* policy lease* wire marriage month job claim deed* wills trust license arbitration clause
        settlement pension plan deadline hoa newsletter title beneficiaries page question* delay* document* form
        forms case trial adoption offer state paperwork papers loan auction clock withdrawal account search bill
        retainer property visitation lien speaker jail fault address letter* complaint drive driving money fee
        garnishment light lights renewal bus traffic notice* invoice car picture* photo* sensitive court class haha
        loss date witness vote calendar smoking evidence order problems interview surgery""",
    "G": "got received receives recieved have had has having sent see saw seen found was were attached left missed",
    "Z": """yet during while until till tonight tomorrow before when monday tuesday wednesday thursday friday saturday
        sunday weekends night work home""",
    "K": "mean tell told make makes making let say saying says said force show showed",
    "q": "reply replying means should shall did question miss wait",
    "I": "i we im ive weve",
    "l": "by at in over for",
    "J": "wrong incorrect",
    "c": "client clients customer",
    "n": "nobody",
    "w": "why",
    "h": "these",
    "a": "again anymore ever anything stuff more else any",
    "b": """this those it em its that thats here everything even dare try all further future of from to the a an with on
        or be been such kind other automated automatic auto stupid fucking damn appt w about and continue long
        longer is as""",
    "p": """will already asap dear everyone guys hello hey hi immediately maam now ok okay really right seriously
        serious sir sorry thank thanks thx ty yes bro can could would am r are way how id ill typed replied wrote
        lol too today repeatedly""",
    "t": "plese please pls plse plss plz kindly so but then also just because",
}
