"""How often one may try. Strict by person, wide by place: a venue shares one address.

``ip`` is one address, or one /64 network of IPv6; ``key`` is what the comment says;
``user`` is who is signed in. From the place of an event that runs right now one address
may try ten times as often. A refused try does not make the wait any longer.
"""

ACCOUNT = {
    "signup": "100/m/ip",
    "login": "400/m/ip",
    # Key: the e-mail address as tried from one place. Who hammers at somebody's address
    # elsewhere does not use up that person's own tries.
    "login_failed": "60/m/ip,5/300s/key",
    # Key: the e-mail address, wherever it is tried. More than one place can use up.
    "login_failed_anywhere": "100/h/key",
    "request_login_code": "100/m/ip,3/m/key,50/d/key",
    # Key: the e-mail address. A mail may be late, so the page offers another code.
    "confirm_email": "3/5m/key,10/h/key,50/d/key",
    "reset_password": "60/m/ip,3/m/key,50/d/key",
    "reset_password_from_key": "60/m/ip",
    # Key: the address, however it is spelt; mails to those who are not here.
    "unknown_account": "3/h/key",
    # Key: one code in one session.
    "code": "3/h/key",
    # A form of somebody who is signed out by now, kept until they are back.
    "kept_form": "100/m/ip",
    # Key: the code.
    "team_code": "20/m/user,60/m/key,600/m/ip",
    # Each of them mails somebody.
    "ask_team": "10/h/user,30/d/user",
    "invite": "30/h/user,100/d/user",
    # Key: the link. A room full of judges, or of people who tap through the survey,
    # shares one address; see also Event.venue_networks.
    "judge_link": "30/m/key,1000/m/ip",
    "survey_link": "120/m/key,3000/m/ip",
    # Key: the code on the paper. 96 bits are not guessed, however often one tries.
    "certificate": "60/m/key,240/m/ip",
    # Key: the person, or the address of who is not signed in. A PDF takes a second.
    "recap_pdf": "30/m/key",
}
MFA = {"webauthn_login": "200/m/ip"}
