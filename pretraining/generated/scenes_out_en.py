# ruff: noqa: E501 - one line of talk is one line of the table
"""English dialogue scenes: shops, travel, offices, repairs, health, telephone."""

from __future__ import annotations

PUBLIC = """
# buying {thing.a} || at the shop
A: Good morning. I'm looking for {thing.a}. || Excuse me, do you sell {thing.plural}?
B: Yes, we have this one for {price}. || Certainly. This one here costs {price}.
*
A: Do you have it in {colour}? || I'd like a {colour} one.
B: Yes, here you are. || One moment. Here is the last one.
A: I'll take it. || Very nice. I'll pay in cash.
= {A} buys a {colour} {thing} for {price}. || {B} sells {A} a {colour} {thing} for {price}.
*
A: That's too much for me. || Is there anything cheaper?
B: I can let you have it for a little less. || There is a used one in the corner.
A: No, thank you. I'll think about it. || I'll come back another day.
= {A} wants {thing.a}, but {price} is too much, and {A} leaves. || {A} does not buy the {thing} because it costs {price}.
*
A: Can you deliver it? || Could you bring it to {street}?
B: Yes, {day.on}. || We deliver {day.on} {time.on}.
A: Then I'll take it. || Good, let's do that.
= {A} buys {thing.a}, which is delivered {day.on}. || The shop delivers the {thing} to {A} {day.on}.

# at the dentist's || an appointment
A: Good morning, I'd like to see the dentist. || Hello, I need an appointment with the dentist.
B: Is it urgent? || Are you in pain?
*
A: Yes, it hurts a lot. || I couldn't sleep last night.
B: Then come today {time.on}. || Please come at once, then.
A: Thank you, that is kind. || I'm on my way.
= {A} is in pain and can see the dentist the same day. || {B} gives {A} an appointment at once because {A} is in pain.
*
A: No, just a check-up. || It is only the yearly check.
B: I can offer you {day} {time.on}. || Would {day} {time.on} do?
A: I {why.i} {day.on}. What about {day2}? || {day2} would be better.
B: {day2} {time2.on}, then. || Fine: {day2}, {time2}.
= {A} gets an appointment with the dentist {day2.on} {time2.on}. || {A} cannot come {day.on}, so {B} writes down {day2} {time2.on}.

# cancelling an appointment || a change of date
A: Hello, this is {A.full}. I have an appointment {day.on}. || My name is {A.full}. It's about my appointment {day.on}.
B: Yes, {time.on}. What can I do for you? || I see it here, {time.on}.
A: I have to cancel it, I {why.i}. || I can't come, I {why.i}.
*
B: Would you like a new one? || Shall we find another day?
A: Yes, {day2.on} if possible. || {day2} would be good.
B: {day2} {time2.on} is free. || Done: {day2}, {time2}.
= {A} moves an appointment from {day} to {day2} {time2.on}. || {A} {why.he} and gets a new appointment {day2.on} {time2.on}.
*
B: No problem. Call us when you know more. || Thank you for telling us.
A: I will. Goodbye. || I'll call again next week.
= {A} cancels the appointment {day.on} because {A} {why.he}. || {A} calls {B} to cancel the appointment {day.on}.

# a train journey || asking about trains
A: When is the next train to {town}? || How do I get to {town} by train?
B: It leaves {time.on} from platform {number}. || There is one {time.on}, platform {number}.
*
A: Do I have to change? || Is it direct?
B: Yes, in {town2}. || You change in {town2}.
A: And the price? || How much is a ticket?
B: {price} one way. || A return ticket is {price}.
= {A} wants to go to {town}. The train leaves {time.on}, and {A} has to change in {town2}. || {B} tells {A} about the train to {town}: it leaves {time.on} and costs {price}.
*
A: I'm too late for that one. || And the one after that?
B: The next one goes {time2.on}. || Then take the one {time2.on}.
A: I'll wait in the cafe. || Good, two tickets, please.
= {A} takes the train to {town} {time2.on}. || {A} cannot take the train {time.on} and takes the later one to {town}.

# broken {machine} || a repair
A: Our {machine} {fault}. || I'm calling because my {machine} {fault}.
B: How old is it? || When did you buy it?
A: About {number} years. || {number} years ago, I think.
*
B: I can come {day.on} {time.on}. || We'll send somebody {day.on}.
A: Not earlier? || How much will it cost?
B: I'm afraid not. || About {price}.
A: All right, {day} then. || Fine. I'll be at home.
= {A}'s {machine} {fault}. {B} will come {day.on} to repair it. || {B} is going to look at {A}'s {machine} {day.on}.
*
B: Then a new one is cheaper. || It isn't worth repairing.
A: What does a new one cost? || I was afraid of that.
B: From {price} on. || You get a good one for {price}.
= {A}'s {machine} {fault}, and {B} advises {A} to buy a new one. || {B} says that a new {machine} is better than a repair.
*
B: Did you check the plug? || Have you switched it off and on again?
A: Wait. Oh, now it works! || Let me see. You're right, that was it.
= {A} calls {B} about the {machine}, but a simple check solves the problem. || With {B}'s advice {A}'s {machine} works again.

# a visit to the doctor || {A} is ill
B: What can I do for you? || Please tell me what is wrong.
A: I have {ill}. || It's {ill}, doctor.
B: For how long? || Since when?
A: Since {day}. || For {number} days now.
*
B: You should {advice}. || I'd like you to {advice}.
A: And can I work? || May I go to work?
B: Not before {day2}. || Yes, but be careful.
= {A} has {ill}. Doctor {B} tells {A} to {advice}. || {B} advises {A}, who has {ill}, to {advice}.
*
B: We have to do a test. || I'll send you to the hospital for a test.
A: Is it serious? || Do I have to worry?
B: I don't think so. Come back {day2.on}. || No, it's just to be sure. We talk {day2.on}.
= {A} has {ill} and needs a test. {A} comes back {day2.on}. || {B} wants to do a test because {A} has {ill}.

# ordering food || at the table
A: We would like to order. || Could you bring us the menu?
B: Today we have {dish} and {dish2}. || I can recommend the {dish}.
*
A: I'll have the {dish}, please. || {dish} and {drink}, please.
B: Anything to drink? || It takes a few minutes.
A: Some {drink}. || That's fine.
= {A} orders {dish}. || {B} brings {A} {dish}.
*
A: I can't eat {dish}, I'm allergic. || Is there meat in the {dish}?
B: Then take the {dish2}. || I'd suggest the {dish2}.
A: Good, the {dish2}. || Thank you, I'll try it.
= {A} cannot have the {dish} and orders {dish2}. || {B} suggests {dish2} to {A}.

# a room for rent || a flat in {street}
A: Is the flat in {street} still free? || I'm calling about the room in {street}.
B: Yes. It costs {price} a week. || It is. When would you like to see it?
*
A: Could I see it {day.on}? || May I come {day.on} {time.on}?
B: {day} is fine. || Yes, ring the bell twice.
= {A} is going to see the flat in {street} {day.on}. || {A} is interested in a flat in {street} and may visit it {day.on}.
*
A: Are pets allowed? I have {animal.a}. || I have {animal.a}. Is that a problem?
B: I'm sorry, no animals. || The owner doesn't want animals.
A: Then it's not for me. || What a pity. Goodbye.
= {A} cannot take the flat because {A} has {animal.a}. || Pets are not allowed in {street}, so {A} looks for another flat.

# lost and found || a found {small}
A: I found this {small} on the bus. || Somebody left this {small} at {spot}.
B: Thank you for bringing it. || That's honest of you.
*
B: Please write down your name. || Where exactly was it?
A: {A.full}. It was near {spot}. || On line {number}, in the last row.
= {A} brings a found {small} to {B}. || {B} takes the {small} that {A} found.
*
B: The owner called an hour ago. || {C} is already looking for it.
A: How lucky! || I'm glad.
B: There is a reward of {price} for you. || {C.He} will be happy.
= {A} found the {small} that {C} is looking for. || {C}'s {small} was found by {A}.

# a taxi || calling a taxi
A: I need a taxi to {town}. || Can you send a taxi to {street}?
B: For when? || When would you like to leave?
A: {day.on} {time.on}. || Right now, please.
*
B: How many people? || Do you have luggage?
A: {number} people and a dog. || Two suitcases.
B: Then we send a big car. It costs {price}. || That makes {price}.
= {A} orders a taxi. It costs {price}. || {B} will send {A} a taxi for {price}.
*
B: I'm sorry, all our cars are taken. || We have none left.
A: Then I'll take the bus. || I'll call somebody else.
= {A} cannot get a taxi from {B}. || All taxis are taken, so {A} has to find another way.

# the wrong bill || a complaint
A: I think there is a mistake in the bill. || Excuse me, this bill is wrong.
B: Let me see. What is wrong? || Really? Show me, please.
A: We only had {number} cups of {drink}. || It says {price2}, but it should be {price}.
*
B: You're right, I'm sorry. || I apologise. I'll change it.
A: Thank you. It can happen. || No harm done.
= {A} finds a mistake in the bill, and {B} corrects it. || {B} says sorry for the wrong bill.
*
B: No, the bread is extra. || The service is included, that's why.
A: I didn't know that. || Nobody told us!
= {A} thinks that the bill is wrong, but {B} explains it. || {B} explains to {A} why the bill is higher.

# a parcel || at the post office
A: I'd like to send this to {town}. || How much is a parcel to {town}?
B: How heavy is it? || Put it on the scales, please.
*
A: About {number} kilos. || It's only {thing.a}.
B: That's {price}. It arrives {day.on}. || {price}, please. It takes until {day}.
A: Good, here you are. || Isn't there a faster way?
= {A} sends a parcel to {town} for {price}. It arrives {day.on}. || {A} posts a parcel to {town}.
*
B: You have to fill in this form first. || The address is missing.
A: Oh. Do you have a pen? || I left the address at home.
= {A} wants to send a parcel to {town}, but something is missing. || {B} cannot take {A}'s parcel yet.

# a course || signing up
A: I'd like to sign up for the course in {hobby}. || Is there still a place in the {hobby} course?
B: It's every {day} {time.on}. || Yes, it begins on {date}.
*
A: How much is it? || What does it cost?
B: {price} for the whole course. || {price} a month.
A: Please put me on the list. || All right, I'm in.
= {A} signs up for the course in {hobby}, which costs {price}. || {A} joins a course in {hobby} on {day}.
*
A: I {why.i} {day.on}. || {day} is impossible for me.
B: There is another group {day2.on}. || What about the group {day2.on}?
A: That's better. || Perfect, I'll take that one.
= {A} cannot come {day.on} and joins the {hobby} group {day2.on}. || {B} finds {A} a place in {hobby} {day2.on}.

# asking the way || on the way to {street}
A: Excuse me, how do I get to {street}? || Is this the way to {street}?
B: Go straight on and turn left at {spot}. || No, you have to go back to {spot}.
*
A: Is it far? || Can I walk?
B: About {number2} minutes on foot. || No, take bus number {number}.
A: Thank you very much. || Then I'd better hurry.
= {A} asks the way to {street}, and {B} explains it. || {B} tells {A} how to get to {street}: at {spot} to the left.
*
A: Are you from here? || I'm looking for the {shop}.
B: The {shop} closed last year. || The {shop} is next to {spot}.
A: Oh, thank you anyway. || I see. Thanks!
= {A} is looking for the {shop} in {street}. {B} helps. || {B} tells {A} about the {shop}.

# a call for {C} || a message
A: Good afternoon, may I speak to {C}? || Hello, is {C} in?
B: I'm sorry, {C.he} is out. || Not at the moment. {C.He} is back {time.on}.
*
A: Could you give {C.him} a message? || Please tell {C.him} something.
B: Of course. || Yes, I have a pen.
A: I'd like to move our meeting to {day}. || The meeting is {day.on} {time2.on} at {spot}.
B: I'll tell {C.him}. || I've written it down.
= {A} calls for {C} and leaves a message with {B} about a meeting {day.on}. || {B} will tell {C} that the meeting is {day.on}.
*
A: I'll try again later. || Then I'll call {day.on}.
B: May I ask what it is about? || Try {C.his} other number.
A: It's private. || It's about the {thing}.
= {A} wants to speak to {C}, who is out. || {C} is not there, so {A} will call again.

# a flower order || flowers for a wedding
A: I need flowers for a wedding {day.on}. || Can you make a bunch of flowers by {day}?
B: Which colour? || What do you have in mind?
*
A: {colour} and white, for {price}. || Something {colour}, not more than {price}.
B: You can pick them up {time.on}. || They'll be ready {day.on} {time.on}.
= {A} orders flowers for {price} and picks them up {day.on}. || {B} makes {colour} flowers for {A}.
*
A: I'm not sure. What would you take? || What is fresh now?
B: In {month} I'd take roses. || Tulips are very nice now.
A: I trust you. || Fine, {number2} of them.
= {A} lets {B} choose the flowers for {day}. || {B} advises {A} on flowers for a wedding.
"""
