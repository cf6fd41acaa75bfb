# ruff: noqa: E501 - one line of talk is one line of the table
"""English dialogue scenes: friends, family, work and school.

`# titles`, then lines of talk (`A:` or `B:`, wordings separated by ` || `, a `?` before lines
that may be left out together), then endings that begin with `*`: their talk and, after `=`,
summaries.
"""

from __future__ import annotations

PRIVATE = """
# plans for {day} || a meeting {day.on}
A: Do you feel like coming along {day.on}? We could {act}. || I was thinking we could {act} {day.on}. Are you free? || Shall we {act} {day.on}?
*
B: Great idea! At what time? || I would love to. When shall we meet?
A: Let's say {time}. || {time.on} would suit me. Is that all right?
B: Perfect. I'll be at {spot}. || Good. Wait for me at {spot}.
= {A} and {B} are going to {act} {day.on}. They meet {time.on} at {spot}. || {A} invites {B} to {act} {day.on}, and {B} agrees to meet {time.on}.
*
B: I'm afraid I can't. I {why.i}. || Sorry, {day} is bad. I {why.i}.
A: What a pity. And {day2.on}? || Never mind. Would {day2} be better?
B: Yes, {day2} is fine. || {day2} works for me.
A: Then {day2} it is, {time.on}. || Good, {day2.on} {time.on}, then.
= {A} wants to {act} with {B} {day.on}, but {B} {why.he}. They will do it {day2.on} {time.on}. || {B} cannot come {day.on} because {B} {why.he}, so {A} and {B} choose {day2}.
*
B: Thank you, but I {why.i}. || That sounds nice, but I {why.i}.
A: All right, another time, then. || Too bad. Maybe next week.
B: Yes, please ask me again. || I hope so. Have fun without me!
= {A} invites {B} to {act} {day.on}, but {B} says no because {B} {why.he}. || {B} cannot {act} with {A}; {B} {why.he}.
*
B: Could we {act2} instead? I'm not in the mood for that. || I would rather {act2}, to be honest.
A: Why not? Let's {act2}. || Fine with me, I like that too.
B: Lovely. See you {time.on}. || Good, come to my place {time.on}.
= {A} suggests that they {act}, but in the end {A} and {B} decide to {act2} {day.on}. || Instead of what {A} planned, {A} and {B} will {act2} {day.on} {time.on}.

# a favour || help for {A}
A: Could you do me a favour and {errand}? || I need help. Can you {errand} {day.on}? || Would you mind helping me? Somebody has to {errand}.
? B: Why can't you do it yourself? || What happened?
? A: I {why.i}. || The thing is, I {why.i}.
*
B: Of course. When? || No problem at all. When do you need me?
A: {day.on} {time.on}, if possible. || Some time {day.on}. || Before {time} {day.on}.
B: You can count on me. || Done. Don't worry about it.
A: You're an angel. || Thanks, I owe you a coffee.
= {B} agrees to {errand} for {A} {day.on}. || {A} asks {B} to {errand}, and {B} will do it {day.on}.
*
B: I wish I could, but I {why2.i}. || Not this time, I {why2.i}.
A: I see. I'll ask {C}. || Then I'll try {C}. || Maybe {C} has time.
B: Good idea, {C} likes to help. || Yes, {C} is at home all day.
= {A} wants {B} to {errand}, but {B} {why2.he}. {A} will ask {C}. || {B} cannot {errand} for {A}, so {A} is going to ask {C}.
*
B: Only if you {errand2} for me. || All right, but then you {errand2}.
A: That's fair. || Deal!
= {B} will {errand} for {A}, and in return {A} will {errand2}. || {A} and {B} make a deal: {B} is going to {errand} and {A} is going to {errand2}.

# a gift for {C} || {C}'s birthday
A: {C}'s birthday is {day.on}. What shall we give {C.him}? || Have you got anything for {C} yet? The party is {day.on}.
B: What about {thing.a}? || I thought of {thing.a}.
*
A: {C.He} already has one. || {C.He} got one last year.
B: Then {thing2.a}. || In that case, {thing2.a}. || Let's take {thing2.a}, then.
A: Good. We share the price. || Yes, that is better.
= {A} and {B} want to give {C} {thing2.a} because {C} already has {thing.a}. || For {C}'s birthday {day.on}, {A} and {B} choose {thing2.a}.
*
A: Isn't that too expensive? || How much would that be?
B: It costs {price}. We share it. || I saw one for {price}.
A: That's all right. Can you buy it? || Fine. Will you get it?
B: Yes, I'll go to the shop tomorrow. || Sure, I pass the shop anyway.
= {A} and {B} will give {C} {thing.a} that costs {price}. {B} buys it. || {B} is going to buy {thing.a} for {price} as a birthday gift for {C}.

# running late || {A} is late
A: Hello, it's me. I'm going to be late. || Don't wait for me, I'm late.
B: Again? What happened? || Oh no. Why?
A: The bus broke down in {town}. || I lost my {small}. || There is a lot of traffic near {town}. || I {why.i}.
*
B: We start {time.on}. Can you make it? || Will you be here by {time}?
A: No, more like {time2}. || I think I'll be there {time2.on}.
B: Fine, we'll keep your food warm. || All right, we'll begin without you.
= {A} tells {B} about being late. {A} will arrive {time2.on}. || {A} cannot be there {time.on} and will come {time2.on} instead.
*
B: Then let's meet another day. || Shall we put it off?
A: How about {day}? || Can we do it {day.on}?
B: {day} is good. || Yes, {day.on} {time.on}.
= {A} is late, so {A} and {B} put their meeting off until {day}. || {A} and {B} will meet {day.on} because {A} is late.

# dinner tonight || what to cook
A: What shall we eat tonight? || I'm hungry. What's for dinner?
B: I could make {dish}. || How about {dish}?
*
A: Oh yes, I love {dish}. || Sounds delicious!
B: Then please buy {number} onions and some {drink}. || Good. Can you get the {fruit.plural}?
A: I'm on my way. || I'll go at once.
= {B} is going to cook {dish}, and {A} goes shopping. || {A} and {B} will have {dish} tonight. {A} buys what is missing.
*
A: We had that {day.on}. || Not again, please.
B: And {dish2}? || Well, {dish2} is easy too.
A: Much better. I'll help you. || Yes! I'll wash up afterwards.
= {A} does not want {dish}, so {B} makes {dish2}. || {A} and {B} decide on {dish2} instead of {dish}.
*
A: I'd rather eat out. || Let's go to a restaurant.
B: All right, I'll book a table for {time}. || Why not? There is a new place in {street}.
= {A} and {B} eat out tonight. || {B} offers to cook {dish}, but {A} wants to go to a restaurant.

# lost {small} || looking for {small.a}
A: Have you seen my {small}? || I can't find my {small} anywhere.
B: Where did you have it last? || When did you last use it?
A: I had it in the kitchen {day.on}. || I think I had it on the train from {town}.
*
B: Look under the {thing}. || I saw it near the {thing}.
A: You're right, here it is! || Found it! Thank you.
= {A} cannot find {A.his} {small}. With {B}'s help {A} finds it near the {thing}. || {B} tells {A} where to look, and {A} finds the {small}.
*
B: Then call the lost property office. || Ask at the station.
A: Good idea. I'll go there {time.on}. || I'll do that tomorrow.
= {A} has lost {small.a}. {B} says to ask at the lost property office. || {A} is looking for {A.his} {small}, and {B} gives {A.him} advice.
*
B: I'm sorry, I lent it to {C}. || Oh, {C} borrowed it this morning.
A: You could have asked me! || Without telling me?
B: I'll get it back {day.on}. || I'm sorry. {C} brings it back {day.on}.
= {B} lent {A}'s {small} to {C}. {A} gets it back {day.on}. || {A} is angry because {B} gave the {small} to {C}.

# a new job || news from {A}
A: Guess what! I got the job at the {shop}. || I have news: I start at the {shop} {day.on}.
B: Congratulations! What will you do there? || Wonderful! How did you get it?
A: I'll serve the customers and do the orders. || {C} told me about it, and I wrote to them.
? B: And the pay? || Is the pay good?
? A: {price} a day, to begin with. || I get {price} a day.
*
B: When do you begin? || So when is your first day?
A: On {date}. || My first day is {date}.
B: We must celebrate! || Let's drink to that.
= {A} has a new job at the {shop} and starts on {date}. {B} is happy for {A.him}. || {A} tells {B} about the new job at the {shop}, which begins on {date}.
*
B: Isn't it far from your home? || Do you have to move?
A: Yes, I'm looking for a room in {town}. || I'm moving to {town} in {month}.
B: I have a friend in {town}. I'll ask. || Then I'll help you carry the boxes.
= {A} got a job at the {shop} and is going to move to {town}. {B} offers help. || Because of the new job {A} is moving to {town}.

# learning {subject} || trouble with {subject}
A: I don't understand anything in {subject}. || The {subject} test is {day.on}, and I know nothing.
B: Which part is hard? || Have you done the exercises?
A: Everything after page {number2}. || I stopped at page {number2}.
*
B: I can explain it to you {day2.on}. || Come to my place {day2.on}, I'll help you.
A: Really? That would save me. || Thank you! I'll bring {dish}.
= {B} is going to help {A} with {subject} {day2.on}. || {A} has trouble with {subject}, and {B} offers to explain it {day2.on}.
*
B: Ask {C}. {C.He} is the best in class. || {C} gives lessons for {price}.
A: Do you have {C.his} number? || Good idea. I'll write to {C.him}.
= {A} finds {subject} hard. {B} says that {C} can help. || {B} tells {A} to ask {C} for help with {subject}.

# music lessons || learning the {instrument}
A: I want to learn the {instrument}. || I've bought {instrument.a}, but I can't play it.
B: How nice! Do you have a teacher? || Are you teaching yourself?
*
A: Not yet. Do you know anyone? || No. Can you help me find one?
B: {C} teaches near {spot}. || Ask {C}. A lesson costs {price}.
A: I'll call {C.him} tomorrow. || Great, I'll write to {C.him}.
= {A} wants to learn the {instrument}, and {B} recommends {C} as a teacher. || {B} knows a teacher for {A}: {C}.
*
A: Yes, I have a lesson every {day}. || {C} teaches me every {day}.
B: And how is it going? || Is it difficult?
A: My fingers hurt, but I like it. || I can already play a short song.
= {A} is learning the {instrument} with a lesson every {day}. || {A} tells {B} about the {instrument} lessons on {day}.

# a pet || the new {animal}
A: We have a new {animal} at home. || Look at this picture: our new {animal}!
B: How sweet! What is it called? || Really? Since when?
A: Its name is {C}, and it came to us {day.on}. || It is called {C}. My {rel} found it near {town}.
*
B: May I visit you and see it? || I'd love to see it.
A: Sure, come {day2.on}. || Of course, {day2.on} {time.on}.
= {A} has a new {animal} called {C}. {B} will come to see it {day2.on}. || {B} wants to see {A}'s {animal} and visits {A} {day2.on}.
*
B: Isn't that a lot of work? || Who takes care of it?
A: My {rel} and I take turns. || It is, but we take turns.
= {A} tells {B} about the new {animal}, {C}. {A} and {A.his} {rel} take care of it in turns. || {A}'s family has {animal.a} called {C} and takes turns in caring for it.

# moving house || {A} is moving
A: We're moving to {street} on {date}. || I've found a flat in {street}!
B: Already? Do you need help? || Great! Who is carrying everything?
*
A: Yes, could you bring your car? || Please! We need strong arms {day.on}.
B: I'll be there {time.on}. || Of course. I'll come {time.on} with {C}.
= {B} will help {A} move to {street}. || {A} is moving to {street}, and {B} comes {time.on} to help.
*
A: No, we have paid a firm. || Thanks, but a firm does it for {price}.
B: Then I'll bring a cake instead. || That's wise.
= {A} is moving to {street} with the help of a firm. || {A} does not need {B}'s help with the move because a firm does it.

# sports || training
A: Are you coming to training {day.on}? || We need you in the team {day.on}.
B: I {why.i}. || Sorry, I {why.i}.
A: But the match is against {town}! || It's against {town}, and {C} is ill.
*
B: All right, I'll come. || For you I'll make it possible.
A: Good. We start {time.on}. || The bus leaves {time.on} from {spot}.
= {B} will play in the match against {town} {day.on}. || {A} asks {B} to play against {town}, and {B} agrees.
*
B: I really can't. Ask {C}'s brother. || No, my knee still hurts.
A: What a shame. Get well soon. || Then we have to play without you.
= {B} cannot play against {town} {day.on}. || {A}'s team has to play against {town} without {B}.

# an argument || borrowed without asking
A: Did you take my {small}? || Why is my {small} broken?
B: Yes, I needed it {day.on}. || I wanted to use it and dropped it.
A: You should have asked first! || I need it every day!
*
B: I'm sorry. I'll buy you a new one. || You're right. I'll pay for it.
A: Thank you. It costs {price}. || All right. Let's forget it.
= {B} used {A}'s {small} without asking and will buy a new one. || {A} is angry about the {small}. {B} says sorry and is going to pay.
*
B: And you never gave back my {thing}! || You took my {thing} last month!
A: That's true. Sorry. || Well, I forgot. Let's both ask next time.
= {A} and {B} argue about borrowed things, the {small} and the {thing}. || {B} took {A}'s {small}, and {A} still has {B}'s {thing}.

# a meeting at work || the report
A: Is the report ready? || When can I have the report?
B: Almost. I still need the numbers from {C}. || Not quite. {C} has not sent the numbers.
*
A: The customer comes {day.on}. || We need it by {day}.
B: You will have it {day.on} before {time}. || I'll send it tonight.
A: Good, thank you. || I rely on you.
= {B} will finish the report by {day}. {C} still has to send the numbers. || {A} needs the report by {day}, and {B} promises to finish it.
*
A: Shall I call {C}? || Let me talk to {C}.
B: Yes, please. || That would help.
= {A} will talk to {C} so that {B} can finish the report. || {B} is waiting for numbers from {C}, and {A} offers to call {C.him}.

# a holiday || days off
A: I would like to take {number} days off in {month}. || May I have {number} days of holiday in {month}?
B: From when? || Which days exactly?
A: From {date} on. We are going to {town}. || Starting on {date}. My {rel} is getting married.
*
B: That's fine. Please tell {C}. || No problem, {C} can do your work.
= {A} gets {number} days off from {date}. || {B} lets {A} take {number} days off in {month}.
*
B: That's difficult. {C} is away then. || We have too much work in {month}.
A: And a week later? || Could I take half of it?
B: A week later is possible. || Yes, that would work.
= {A} asks for days off in {month}. {B} cannot give them all as planned, and they find another way. || {B} cannot let {A} go on {date}, so {A} takes the days later.

# school talk || a day at school
A: How was school today? || You look tired. What did you do at school?
B: We had {subject} and then sport. || Boring. Two hours of {subject}.
A: And the test? || Do you have homework?
*
B: I got the best mark! || {number2} points, the best in class!
A: I'm proud of you! || Well done! Tonight there is {dish}.
= {B} got the best mark at school, and {A} is proud. || {B} tells {A} about school and a very good mark.
*
B: Yes, {number} pages for {day}. || I have to write about {town} by {day}.
A: Do it now, then we can {act}. || Begin at once, please.
= {B} has homework for {day}, and {A} wants {B} to begin. || {A} asks {B} about school. {B} has to do homework for {day}.

# a film || {A}'s opinion
A: Did you see the film {day.on}? || Did you go to the play last night?
B: Yes, with {C}. || I did. I went with {C}.
*
A: And did you like it? || How was it?
B: It was too long, I nearly fell asleep. || Honestly, it was dull.
A: Then I'll save my money. || Good to know. I won't go.
= {B} saw it with {C} and found it dull, so {A} will not go. || {B} did not like what {B.he} saw with {C}.
*
A: Was it any good? || Tell me about it!
B: It was wonderful. You must go! || We laughed a lot. Go and see it.
A: I'll go {day2.on}. || Then I'll buy a ticket for {day2}.
= {B} liked it very much, so {A} will go {day2.on}. || {A} wants to go {day2.on} because {B} and {C} enjoyed it.
"""
