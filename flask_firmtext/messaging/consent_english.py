"""Phrases in English by which a longer text plainly asks for no more texts; see ``consent_phrases``."""

from __future__ import annotations

PARTS = {
    "texts": (
        r"(?:te?xts?|text ?messages?|messages?|msgs?|mesages?|sms|mms|texting|messaging|reminders?|notifications?"
        r"|alerts?|communications?|contact)"
    ),
    "ing": (
        r"(?:te?xti?ng|texing|tex ting|messaging|messging|msg?ing|contacting|calling|writing|spamming|bothering"
        r"|harass?ing|harrass?ing|pestering|bugging|annoying|reminding)"
    ),
    "me": (
        r"(?:me|us|my (?:phone|cell|number|mobile|wife s|wifes|husbands|moms|mothers)|this (?:number|phone|cell"
        r"|line|#)|here|to (?:this|my|me)|on (?:this|my)|at (?:this|my (?:number|cell|phone)))"
    ),
    "det": (
        r"(?:the|these|those|this|all|any|your|ur|my|further|future|more|other|of|with|from|text|automated"
        r"|automatic|auto|appointment|stupid|annoying|fucking|damn|kind|such|unwanted|to|get|getting|receive"
        r"|receiving|recieve|recieving|be|been|sent|have|you|having|hearing|hear|anymore|sms|no|longer|and|calls"
        r"|emails|or|me|us|sending|regarding|continue|keep|w|appt)"
    ),
    "list": (
        r"(?:(?:your|this|the|ur|that|any|all) (?:(?:texting|te?xt|messaging|message|mailing|contact|call|calling"
        r"|sms|distribution|notification|reminder|client|phone|marketing|group)s? ){0,2}(?:lists?|system|database"
        r"|contacts|te?xts|messages|sms|reminders|notifications|alerts|thread|chat|group))"
    ),
    "nocontact": r"(?:te?xt|message|msg|contact|sms|bother|harass|spam|mesage)",
    "end": (
        r"(?= (?:please|pls|plz|plse|thanks?|thank|thx|ty|now|anymore|any more|again|ever|at all|immediately|asap"
        r"|sorry|today|ok|okay|already|guys|sir|maam|too|either|right|and|so|because|cause|bc|but|i|im|we|this"
        r"|stop|remove|not|its|don?t|thats|or|from you|from your|going forward|period|dude|man|lol|for good"
        r"|altogether|completely|permanently|as of)\b|$)"
    ),
}

ASKING: tuple[str, ...] = (
    (
        r"(?:stop|quit|cease|cease and desist|halt|discontinue|end|cancel|suspend|disable|deactivate|turn off"
        r"|shut off|switch off|mute|block|enough|enough of|unsubscribe from)(?: {det}){{0,6}} {texts}(?! (?:from"
        r" (?!you|your|this|harbor|the (?:firm|office))|about my|to (?:him|her|them)|with (?:my|him|her|them"
        r"|the)))"
    ),
    (
        r"(?:stop|quit|cease|cease and desist|refrain|refrain from|discontinue|desist from|end)(?: (?:all|ever"
        r"|from|the|calling|and|or|texting|sending|contacting|emailing|fucking|constantly)){{0,4}} {ing}(?: {me}"
        r"|{end})"
    ),
    (
        r"(?:stop|quit|cease|refrain from|discontinue)(?: (?:all|from|the|and|calling|texting)){{0,3}} sending(?:"
        r" (?:me|us|this|these|those|stuff)\b|(?: {det}){{0,5}} {texts}|{end})"
    ),
    (
        r"(?:stop|quit)(?: (?:getting|receiving|recieving))(?: {det}){{0,5}}(?: {texts}|{end})(?! from (?!you"
        r"|your))"
    ),
    r"(?:stop|quit) (?:blowing up my phone|with (?:these|this|the|your) (?:te?xts|messages))",
    (
        r"(?:dont|do not|dnt|donot|never|not)(?: (?:you|ever|please|pls|to|dare|try to|want you to)){{0,3}}"
        r" {nocontact}(?: {me}|{end})(?! (?:during|while|at work|at home|at night|before|after|today|tonight|the"
        r"|that|those|when|right now|yet|about (?:it|that)|tomorrow|in the|documents|pictures|photos|anything"
        r" sensitive|and driv))"
    ),
    (
        r"(?:dont|do not|never)(?: (?:ever|you)){{0,2}} (?:call|write|write to|email)(?: or (?:te?xt|call"
        r"|message))? (?:me|us) (?:again|any ?more|ever)"
    ),
    (
        r"(?:dont|do not|dnt|never)(?: (?:ever|please|keep)){{0,2}} send(?:ing)?(?: (?:me|us|out))?(?:"
        r" {det}){{0,5}}(?: {texts}| (?:these|this|anything)(?: (?:else|more|anymore))?{end}| any ?more{end}| of"
        r" (?:these|this))"
    ),
    (
        r"(?:dont|do not|no longer|never|didnt|did not|dnt|not) (?:want|wish|need|like|care|desire|wanna|wana"
        r"|consent|agree|interested in|interested)(?: {det}){{0,7}}? {texts}(?! (?:him|her|them|and drive|while"
        r"|to|from (?!you|your|the (?:firm|office)|harbor)))"
    ),
    (
        r"(?:dont|do not|no longer|dnt) (?:want|wish|wanna|like)(?: you)? to (?:be|get) (?:te?xted|contacted"
        r"|messaged)"
    ),
    (
        r"(?:dont|do not|dnt) want (?:you|your office|your firm|yall)(?: (?:guys|people))? (?:to )?(?:te?xt"
        r"|texting|contact|contacting|messag|send|sending)\w*"
    ),
    (
        r"(?:rather|prefer|like to|prefer to|want to|please) not (?:to )?(?:get|receive|be sent|be)(?:"
        r" {det}){{0,5}} (?:{texts}|texted|contacted|messaged)"
    ),
    (
        r"(?:rather|prefer)(?: if)?(?: that)? you (?:not|didnt|did not|dont|do not|wouldnt|stop|stopped)"
        r" {nocontact}\w*"
    ),
    (
        r"(?:want|need|appreciate|request|requesting|like|prefer)(?: to (?:get|receive|have))?"
        r" no (?:more|further) {texts}"
    ),
    (
        r"(?:chill|cut it out|knock it off|lay off|ease up|back off|easy|cool it)(?: (?:on|with))?(?: {det}){{0,4}}"
        r" {texts}"
    ),
    (
        r"(?:i|we)(?: (?:already|have|ve|just)){{0,2}} (?:said|texted|replied|typed|wrote|sent) stop"
        r"(?: (?:texting|sending)|$)"
    ),
    r"(?:im|i am|ill|i will|gonna|going to|will be) block(?:ing)? (?:this number|you|your)",
    r"(?:stop|quit|cease) sending them{end}",
    (
        r"(?:sick|tired|fed up|had enough)(?: and tired)? (?:of|with)(?: {det}){{0,5}} {texts}(?! from (?!you"
        r"|your))"
    ),
    (
        r"(?:remove|take|delete|drop|scrub|unlist|erase|pull|strike|get|keep)(?: (?:me|us|my|this|our|the|phone"
        r"|cell|name|number|contact|info|information|off|from|out|of)){{1,7}} {list}"
    ),
    r"remove (?:me|us){end}",
    (
        r"(?:take|get) (?:me|us|my number|this number|my phone) off(?: of)?(?: (?:this|here|these|it"
        r"|there)){{0,2}}{end}"
    ),
    r"(?:get|getting|be taken|come|be) off(?: of)? {list}",
    (
        r"(?:remove|delete|erase|forget|drop)(?: (?:my|this|our))(?: (?:phone|cell|mobile|telephone))? (?:number"
        r"|info|contact|digits)(?: from (?:your|ur|this|here|all)\b|{end})"
    ),
    r"unsubscribe(?! from (?!all|these|this|your|any|te?xts?|sms|the (?:te?xts?|messages|sms|list)))",
    r"unsubscribing",
    (
        r"(?<!stop to )(?<!deadline to )\bopt(?:ing|ed)?(?: (?:me|us|my number|this number))? (?:out|me"
        r" out)(?:{end}| (?:of|from)(?: {det}){{0,5}} (?:{texts}|everything|these|this|future|them))"
    ),
    r"(?:make|get|have)(?: {det}){{0,4}}(?: {texts}| it| this)(?: to)? stop",
    r"turn(?: {det}){{1,3}} {texts} off",
    (
        r"(?:revoke|withdraw|rescind|revoking|withdrawing|take back|cancel|retract)(?: (?:my|all|any|our|the"
        r"|prior|express|written|previous)){{0,4}} (?:consent|permission|authorization|authorisation)(?:{end}|"
        r" (?:to|for)(?: \w+){{0,6}}? (?:{texts}|texted|contacted|called|calls?)\b)"
    ),
    (
        r"(?:dont|do not|never|no|havent|not)(?: (?:have|has|had|gave|give|given|got|you|my|any|our"
        r"|longer)){{1,4}} (?:permission|consent|authorization) to (?:te?xt|contact|message|call|send)(?: {me}"
        r"|{end}| messages| texts)"
    ),
    r"(?:permission|consent)(?: to (?:te?xt|contact|message) me)? (?:is|has been) (?:revoked|withdrawn)",
    (
        r"(?:didnt|did not|never|dont remember|do not remember)(?: (?:even|remember|to))? (?:sign\w*|opt\w*"
        r"|subscrib\w*|ask\w*|agree\w*|consent\w*)(?: (?:up|in|for|to)){{0,2}}(?: {det}){{0,4}} {texts}"
    ),
    r"(?:stop|quit) sending (?:her|him|them|my \w+)(?: {det}){{0,3}} {texts}",
    (
        r"(?:not|no longer|arent|never) (?:authori[sz]ed|allowed|permitted|welcome) to (?:te?xt|contact|message"
        r"|call|send)(?: {me}|{end})"
    ),
    (
        r"if you(?: (?:guys|would|could|can|all|please|just)){{0,2}} (?:stop|stopped|quit|didnt|did not|dont|do"
        r" not) (?:{ing}|{nocontact}|sending)"
    ),
    r"(?:if|next time) you (?:ever )?(?:te?xt|contact|message|call|bother) (?:me|us) again",
    (
        r"why (?:are|do|r|did) (?:you|u|yall)(?: (?:guys|people))? (?:still|keep|continue|continuing)(?: to)?"
        r" (?:{ing}|sending|te?xt)(?: {me}| {texts}|{end})"
    ),
    r"after (?:i|we)(?: (?:already|have|ve))? (?:said|told you to|asked you to|texted|replied|wrote|sent) stop",
    r"(?:done|finished|over it) with (?:these|your|the) {texts}",
    (
        r"(?:this|that)(?: (?:number|phone))? (?:is not|isnt|is no longer|aint) (?!my )(?:\w+ ){{1,3}}(?:number"
        r"|phone)(?: (?:anymore|any more))?{end}"
    ),
    r"number (?:no longer|doesnt|does not) belongs? to",
    r"leave (?:me|us|my family)(?: (?:the (?:hell|fuck)|tf|hell))? alone",
    (
        r"(?:have|got|reached|reach|texting|texted|dialed|called|contacting|messaging|is|its|be)(?: (?:the|a|an"
        r"|my|at))? wrong (?:number|person|phone|guy|num)(?:{end}| (?:there|for this))"
    ),
)

ALONE: tuple[str, ...] = (
    (
        r"(?:and |so |i want |i said |we want |absolutely )?(?:no more|no further|no|zero|not any more) (?:text "
        r"|sms |reminder )?(?:te?xts|texting|te?xt messages|messages|msgs|messaging|sms|reminders|notifications"
        r"|alerts|contact|communications?)(?:{end}| (?:after (?:today|this)|to (?:this|my)|on this|at this|from"
        r" (?:you|your|now)|for me|unless))"
    ),
    r"(?:lose|loose|forget|delete|erase|remove) (?:my|this)(?: phone| cell)? (?:number|contact)(?:{end})",
    (
        r"(?:wrong|incorrect) (?:number|person|num|phone)(?:{end}| (?:here|buddy|bud|bro|dude|homie|mate|friend"
        r"|amigo))"
    ),
    r"(?:email|mail|call)s? only(?:{end})",
    r"(?:cut it out|knock it off|let me be){end}",
    r"not interested in (?:these|your|the) \w+$",
    r"(?:i |we )?(?:dont|do not|dnt) want (?:any of |any more of )?these{end}",
    r"(?:go away|get lost|fuck off|f off|piss off|buzz off)$",
)
